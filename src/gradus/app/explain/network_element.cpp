#include <algorithm>
#include <cmath>

#include "gradus/app/explain/json_document.hpp"
#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network.hpp"
#include "gradus/app/explain/text_lines.hpp"

namespace gradus::explain {
namespace {

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }
std::string shown(double x) { return short_number(x, 9); }
std::string index(std::int64_t i) { return "[" + std::to_string(i) + "]"; }

struct Product {
  std::string name;
  double left = 0, right = 0;
  bool chosen = false;
};

constexpr std::size_t most_products = 12;

/// Every product of a sum of up to 12; of a longer one the chosen and the largest, and the sum of the others.
std::string products_text(std::vector<Product> products) {
  const auto value = [](const Product& p) { return p.left * p.right; };
  std::vector<Product> told = products;
  double rest = 0;
  if (products.size() > most_products) {
    std::stable_sort(told.begin(), told.end(), [&](const Product& a, const Product& b) {
      return a.chosen != b.chosen ? a.chosen : std::abs(value(a)) > std::abs(value(b));
    });
    for (std::size_t i = most_products; i < told.size(); ++i) rest += value(told[i]);
    told.resize(most_products);
  }
  std::size_t names = 0;
  for (const Product& p : told) names = std::max(names, p.name.size());
  std::string out;
  for (const Product& p : told) {
    out += "    " + pad_right(p.name, names) + " = " + shown(p.left) + " * " + bracketed(shown(p.right)) + " = " +
           shown(value(p)) + (p.chosen ? "   <- this weight" : "") + "\n";
  }
  if (products.size() > told.size()) {
    out += "    and " + std::to_string(products.size() - told.size()) + " smaller products, together " + shown(rest) +
           "\n";
  }
  return out;
}

/// The edges that bring the gradient of `node`.
std::vector<const Edge*> uses(const Explanation& e, int node) {
  return node < 0 ? std::vector<const Edge*>{} : edges_from(e, node);
}

class Writer {
 public:
  Writer(const NetworkExplanation& network, const Element& element, const TextOptions& look)
      : n_(network),
        e_(network.explanation),
        c_(element),
        look_(look),
        layer_(layer_of(network, element)),
        j_(element.out - 1),
        i_(element.in - 1) {}

  std::string text(bool step) {
    heading("The weight of layer " + std::to_string(c_.layer) + " to unit " + std::to_string(c_.out) + " from input " +
            std::to_string(c_.in));
    const Node& weight = at(e_, layer_.weight);
    out_ +=
        wrapped("  ",
                weight.name + "[" + std::to_string(c_.out) + "," + std::to_string(c_.in) + "] = " + shown(w(j_, i_)) +
                    " in the file; W[" + std::to_string(c_.in) + "," + std::to_string(c_.out) + "] in x W",
                4, look_.width);
    preactivation();
    activation();
    delta();
    gradient();
    if (step) update();
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) { out_ += "\n" + inked(text, Ink::heading, look_.color) + "\n"; }
  double w(std::int64_t out, std::int64_t in) const { return at(e_, layer_.weight).value.number(out * layer_.in + in); }
  double x(std::int64_t in) const { return at(e_, layer_.input).value.number(in); }
  std::string unit() const { return index(c_.out); }

  void preactivation() {
    heading("Forward: its unit");
    std::vector<Product> products;
    for (std::int64_t k = 0; k < layer_.in; ++k) {
      products.push_back({"x" + index(k + 1) + " * W[" + std::to_string(k + 1) + "," + std::to_string(c_.out) + "]",
                          x(k), w(j_, k), k == i_});
    }
    out_ += products_text(std::move(products));
    if (layer_.bias >= 0) out_ += "    b" + unit() + " = " + shown(at(e_, layer_.bias).value.number(j_)) + "\n";
    out_ += "  z" + unit() +
            " = their sum = " + inked(shown(at(e_, layer_.preactivation).value.number(j_)), Ink::value, look_.color) +
            "\n";
  }

  void activation() {
    if (layer_.activated == layer_.preactivation) return;
    out_ += "  a" + unit() + " = " + layer_.activation + "(z" + unit() +
            ") = " + inked(shown(at(e_, layer_.activated).value.number(j_)), Ink::value, look_.color) + "\n";
  }

  /// The layer whose input is this one's output and nothing else uses it; nullptr when there is none.
  const NetworkLayer* next() const {
    if (c_.layer == static_cast<std::int64_t>(n_.layers.size())) return nullptr;
    const NetworkLayer& after = n_.layers[static_cast<std::size_t>(c_.layer)];
    return after.input == layer_.activated && uses(e_, layer_.activated).size() == 1 ? &after : nullptr;
  }

  void delta() {
    heading("Backward: its unit's delta");
    const Node& z = at(e_, layer_.preactivation);
    const std::string result = inked(shown(z.gradient->number(j_)), Ink::gradient, look_.color);
    if (const NetworkLayer* after = next()) {
      const Tensor &deltas = *at(e_, after->preactivation).gradient, &weights = at(e_, after->weight).value;
      std::vector<Product> products;
      for (std::int64_t k = 0; k < after->out; ++k) {
        products.push_back({"delta" + index(k + 1) + " * W[" + std::to_string(c_.out) + "," + std::to_string(k + 1) +
                                "] of layer " + std::to_string(c_.layer + 1),
                            deltas.number(k), weights.number(k * after->in + j_), false});
      }
      out_ += products_text(std::move(products));
      const bool bent = layer_.activated != layer_.preactivation;
      out_ += std::string("  dloss/d") + (bent ? "a" : "z") + unit() + " = their sum = " +
              inked(shown(at(e_, layer_.activated).gradient->number(j_)), Ink::gradient, look_.color) + "\n";
    }
    const auto through = uses(e_, layer_.preactivation);
    const bool simple = through.size() == 1 && through[0]->to == layer_.activated && through[0]->local;
    if (layer_.activated != layer_.preactivation && simple) {
      out_ += "  delta" + unit() + " = dloss/da" + unit() + " * " + layer_.activation + "'(z" + unit() +
              ") = " + shown(at(e_, layer_.activated).gradient->number(j_)) + " * " +
              bracketed(shown(through[0]->local->number(j_))) + " = " + result + "\n";
      return;
    }
    out_ += "  delta" + unit() + " = dloss/dz" + unit() + " = " + result;
    for (const Edge* edge : through) {
      out_ += through.size() > 1
                  ? (edge == through[0] ? " = " : " + ") + bracketed(shown(edge->contribution->number(j_)))
                  : "";
    }
    out_ += "\n";
  }

  void gradient() {
    heading("Its gradient");
    const double d = at(e_, layer_.preactivation).gradient->number(j_);
    out_ += "  dloss/dW[" + std::to_string(c_.in) + "," + std::to_string(c_.out) + "] = x" + index(c_.in) + " * delta" +
            unit() + " = " + shown(x(i_)) + " * " + bracketed(shown(d)) + " = " +
            inked(shown(at(e_, layer_.weight).gradient->number(j_ * layer_.in + i_)), Ink::gradient, look_.color) +
            "\n";
  }

  void update() {
    const OptimizerStep step = optimizer_step(n_, c_);
    heading("The optimizer's step");
    out_ += wrapped(
        "  ", step.optimizer + "; from a fresh state, since a model file holds none; for a batch of this row alone", 4,
        look_.width);
    out_ += "  w = " + shown(step.weight) + ", g = " + shown(step.gradient) + "\n";
    for (const UpdateTerm& term : step.terms) {
      out_ += wrapped("    ", term.name + " = " + term.expression + " = " + term.numbers + " = " + shown(term.value), 8,
                      look_.width);
    }
    out_ += "  the weight goes from " + shown(step.weight) + " to " + inked(shown(step.next), Ink::value, look_.color) +
            "\n";
  }

  const NetworkExplanation& n_;
  const Explanation& e_;
  const Element& c_;
  const TextOptions& look_;
  const NetworkLayer& layer_;
  std::int64_t j_, i_;
  std::string out_;
};

json::Value step_object(const OptimizerStep& step) {
  json::Array terms;
  for (const UpdateTerm& term : step.terms) {
    terms.emplace_back(json::Object{{"name", term.name}, {"expression", term.expression}, {"value", term.value}});
  }
  return json::Object{{"optimizer", step.optimizer}, {"state", "fresh"},  {"weight", step.weight},
                      {"gradient", step.gradient},   {"next", step.next}, {"terms", std::move(terms)}};
}

}  // namespace

std::string element_text(const NetworkExplanation& network, const Element& element, bool step,
                         const TextOptions& look) {
  if (network.layers.empty()) {
    throw UserError(Fault::usage, Report{"--element", "a network without linear layers", "one with weights",
                                         "gradus explain without --element"});
  }
  return Writer(network, element, look).text(step);
}

json::Value to_json(const NetworkExplanation& network, const std::optional<Element>& element, bool step) {
  json::Value out = to_json(network.explanation);
  json::Array layers, features;
  for (const NetworkLayer& layer : network.layers) {
    layers.emplace_back(json::Object{{"title", layer.title},
                                     {"activation", layer.activation},
                                     {"weight", layer.weight},
                                     {"bias", layer.bias},
                                     {"input", layer.input},
                                     {"preactivation", layer.preactivation},
                                     {"activated", layer.activated}});
  }
  for (const Feature& f : network.features) {
    features.emplace_back(json::Object{{"name", f.name}, {"cell", f.cell}, {"encoded", f.encoded}});
  }
  json::Object about{{"loss", network.loss},
                     {"target", network.target},
                     {"prediction", network.prediction.numbers()},
                     {"layers", std::move(layers)},
                     {"features", std::move(features)}};
  const Element chosen = element.value_or(Element{});
  if (element || step) about["element"] = json::Object{{"layer", chosen.layer}, {"out", chosen.out}, {"in", chosen.in}};
  if (step) about["step"] = step_object(optimizer_step(network, chosen));
  out.put("network", std::move(about));
  return out;
}

}  // namespace gradus::explain
