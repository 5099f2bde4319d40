#include <algorithm>
#include <cmath>
#include <optional>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/text_lines.hpp"
#include "gradus/app/explain/worksheet.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::explain {
namespace {

using Verdict = Mark::Verdict;

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }

bool close(double got, double want) { return std::abs(got - want) <= 0.01 * std::abs(want) + 1e-6; }

/// Same elements, whatever the shape is called: a column may be given as a list.
bool close(const Tensor& got, const Tensor& want) {
  if (got.count() != want.count()) return false;
  for (std::int64_t i = 0; i < got.count(); ++i) {
    if (!close(got.number(i), want.number(i))) return false;
  }
  const bool matrices = got.shape().rank() == 2 && want.shape().rank() == 2;
  return !matrices || got.shape() == want.shape();
}

template <class F> Tensor map(const Tensor& a, F&& f) {
  Tensor out(DType::f64, a.shape());
  for (std::int64_t i = 0; i < a.count(); ++i) out.set(i, f(i));
  return out;
}

Tensor transposed(const Tensor& a) {
  const std::int64_t rows = a.shape()[0], columns = a.shape()[1];
  Tensor out(DType::f64, Shape{columns, rows});
  for (std::int64_t i = 0; i < a.count(); ++i) out.set(i % columns * rows + i / columns, a.number(i));
  return out;
}

/// Whether `got` is what the mistake gives and the mistake makes a difference.
bool is_mistake(const Tensor& got, const Tensor& want, const std::optional<Tensor>& mistake) {
  return mistake && close(got, *mistake) && !close(want, *mistake);
}

bool same_shapes(std::initializer_list<const Tensor*> all) {
  return std::all_of(all.begin(), all.end(), [&](const Tensor* t) { return t->shape() == (*all.begin())->shape(); });
}

/// What single edges of a gradient give when their rule is missed.
std::string edge_mistake(const Explanation& e, const Edge& edge, const Tensor& got, const Tensor& want) {
  const Node& to = at(e, edge.to);
  const Tensor& incoming = *to.gradient;
  const Tensor& own = at(e, edge.from).value;
  const bool fits = edge.local && same_shapes({&incoming, &own, &want, &*edge.local});
  if (!fits) return "";
  const auto times = [&](auto&& factor) {
    return map(want, [&](std::int64_t i) { return incoming.number(i) * factor(i); });
  };
  if (to.op == &pointwise_op<pointwise::Multiply>() &&
      is_mistake(got, want, times([&](auto i) { return own.number(i); }))) {
    return "the inputs were not swapped: multiply gives each input the gradient times the OTHER input";
  }
  if (to.op == &pointwise_op<pointwise::Tanh>() &&
      is_mistake(got, want, times([&](auto i) { return std::pow(1 - to.value.number(i), 2); }))) {
    return "brackets: the slope of tanh is 1 - tanh^2, not (1 - tanh)^2";
  }
  if (to.op == &pointwise_op<pointwise::Subtract>() && edge.slot == 1 && is_mistake(got, want, incoming)) {
    return "sign: the second input of a difference gets the negative gradient";
  }
  const bool routes = to.op == &pointwise_op<pointwise::Maximum>() || to.op == &pointwise_op<pointwise::Minimum>();
  if (routes && is_mistake(got, want, incoming)) {
    return "the gradient is handed out once: " + std::string(to.op->name) +
           " routes it to one input, or half to each at a tie";
  }
  if (is_mistake(got, want, incoming))
    return "the local derivative of " + to.name + " = " + to.expression + " is missing";
  if (is_mistake(got, want, *edge.local))
    return "the gradient that comes in, d" + at(e, e.output).name + "/d" + to.name + ", is missing";
  return "";
}

std::string gradient_mistake(const Explanation& e, int node, const Tensor& got, const Tensor& want) {
  if (is_mistake(got, want, map(want, [&](auto i) { return -want.number(i); })))
    return "sign: this is the negative of the gradient";
  const auto uses = edges_from(e, node);
  for (const Edge* use : uses) {
    if (uses.size() > 1 && is_mistake(got, want, *use->contribution)) {
      return "overwritten, not added: only the part through " + at(e, use->to).name + " is there; " + at(e, node).name +
             " is used " + std::to_string(uses.size()) + " times, and a copy adds";
    }
  }
  if (got.shape().rank() == 2 && want.shape().rank() == 2 && is_mistake(got, want, transposed(want))) {
    return "a transpose is missing: this is the gradient turned on its side";
  }
  if (want.count() != got.count() || (got.shape().rank() == 2 && !(got.shape() == want.shape()))) {
    return "the shape is " + to_string(got.shape()) + "; a gradient has the shape of its value, " +
           to_string(want.shape()) + (want.shape().rank() == 2 ? ": a transpose or the order of a product" : "");
  }
  for (const Edge* use : uses) {
    const std::string found = uses.size() == 1 ? edge_mistake(e, *use, got, want) : "";
    if (!found.empty()) return found;
  }
  return "";
}

std::string value_mistake(const Explanation& e, const Node& node, const Tensor& got, const Tensor& want) {
  if (is_mistake(got, want, map(want, [&](auto i) { return -want.number(i); }))) return "sign";
  if (node.op == &pointwise_op<pointwise::Log>() &&
      is_mistake(got, want, map(want, [&](auto i) { return want.number(i) / std::log(10.0); }))) {
    return "the logarithm is the natural one";
  }
  if (got.shape().rank() == 2 && want.shape().rank() == 2 && is_mistake(got, want, transposed(want)))
    return "a transpose is missing";
  if (want.count() != got.count()) return "the shape is " + to_string(got.shape()) + ", not " + to_string(want.shape());
  if (node.op == &pointwise_op<pointwise::Power>() &&
      is_mistake(got, want, map(want, [&](auto i) {
                   const Tensor &a = at(e, node.inputs[0]).value, &b = at(e, node.inputs[1]).value;
                   return a.number(a.count() == 1 ? 0 : i) * b.number(b.count() == 1 ? 0 : i);
                 }))) {
    return "a power is not a product";
  }
  return "";
}

/// The gradient that follows from the learner's own gradients of the nodes after it, where they are numbers.
std::optional<Tensor> from_own_answers(const Explanation& e, int node, const Answers& answers) {
  const Tensor& want = *at(e, node).gradient;
  Tensor sum(DType::f64, want.shape());
  bool changed = false;
  for (const Edge* use : edges_from(e, node)) {
    const std::string name = "d" + at(e, e.output).name + "/d" + at(e, use->to).name;
    const auto own = answers.find(name);
    const Tensor& right = *at(e, use->to).gradient;
    if (!use->local || !(use->local->shape() == want.shape()) || !(right.shape() == want.shape())) return std::nullopt;
    const bool use_own = own != answers.end() && own->second.count() == want.count();
    changed |= use_own && !close(own->second, right);
    for (std::int64_t i = 0; i < want.count(); ++i) {
      sum.set(i, sum.number(i) + (use_own ? own->second.number(i) : right.number(i)) * use->local->number(i));
    }
  }
  return changed ? std::optional(sum) : std::nullopt;
}

Tensor tensor_of(const json::Value& value, std::string_view place) {
  if (!value.is_array()) return Tensor(value.number());
  const auto& rows = value.array();
  std::vector<double> numbers;
  std::int64_t columns = -1;
  for (const json::Value& row : rows) {
    if (!row.is_array()) return Tensor::from(Shape{static_cast<std::int64_t>(rows.size())}, value.numbers());
    const auto line = row.numbers();
    if (columns >= 0 && columns != static_cast<std::int64_t>(line.size())) {
      throw UserError(Fault::data, Report{std::string(place), "rows of different lengths", "a matrix",
                                          "[[1, 2], [3, 4]], as many numbers in every row"});
    }
    columns = static_cast<std::int64_t>(line.size());
    numbers.insert(numbers.end(), line.begin(), line.end());
  }
  return Tensor::from(Shape{static_cast<std::int64_t>(rows.size()), std::max<std::int64_t>(columns, 0)}, numbers);
}

void refuse_unknown(const std::vector<Question>& all, const Answers& answers) {
  std::vector<std::string> names;
  for (const Question& question : all) names.push_back(question.name);
  for (const auto& [name, value] : answers) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw UserError(Fault::data, Report{"--grade", "an answer to \"" + printable(name) + "\"", "names of the worksheet",
                                        nearest_or(name, std::span<const std::string>(names),
                                                   names.empty() ? "no answers" : names.front())});
  }
}

}  // namespace

Answers read_answers(std::string_view text, std::string_view place) {
  constexpr json::Limits limits{.memory = std::size_t{40} << 20};
  const json::Value document = json::parse(text, place, Fault::data, limits);
  if (!document.is_object()) {
    throw UserError(Fault::data,
                    Report{std::string(place), "no object", "{\"name\": number, ...}", "--worksheet has the names"});
  }
  const json::Value* inner = document.find("answers");
  const json::Object& members = inner ? inner->object() : document.object();
  Answers out;
  for (const auto& [name, value] : members) {
    const std::string where = std::string(place) + ": " + printable(name);
    try {
      if (!value.is_null()) out[name] = tensor_of(value, where);
    } catch (const UserError& error) {  // reads of model files have an exit code of their own
      throw UserError(Fault::data, where + ": " + error.what());
    }
  }
  return out;
}

std::vector<Mark> grade(const Explanation& e, const Answers& answers) {
  const auto all = questions(e);
  refuse_unknown(all, answers);
  std::vector<Mark> out;
  for (const Question& question : all) {
    Mark mark{Verdict::missing, question, ""};
    const auto found = answers.find(question.name);
    if (found != answers.end()) {
      const Tensor &got = found->second, &want = answer(e, question);
      const auto own = question.gradient ? from_own_answers(e, question.node, answers) : std::nullopt;
      if (close(got, want)) {
        mark.verdict = Verdict::right;
      } else if (own && close(got, *own)) {
        mark.verdict = Verdict::follows, mark.remark = "follows rightly from an earlier mistake";
      } else {
        mark.verdict = Verdict::wrong;
        mark.remark = question.gradient ? gradient_mistake(e, question.node, got, want)
                                        : value_mistake(e, at(e, question.node), got, want);
      }
    }
    out.push_back(std::move(mark));
  }
  return out;
}

std::string marks_text(const Explanation& e, const Answers& answers, const std::vector<Mark>& marks, int width) {
  std::size_t names = 0, right = 0;
  for (const Mark& mark : marks) names = std::max(names, shown_width(mark.question.name));
  std::string out;
  for (const Mark& mark : marks) {
    const std::string left = "  " + pad_right(mark.question.name, names) + "  ";
    const std::string want = short_value(answer(e, mark.question), 6);
    right += mark.verdict == Verdict::right;
    if (mark.verdict == Verdict::missing) {
      out += left + "no answer\n";
      continue;
    }
    const std::string got = short_value(answers.at(mark.question.name), 6);
    std::string text = mark.verdict == Verdict::right ? "right  " + got : "WRONG  " + got + ", should be " + want;
    if (mark.verdict == Verdict::follows) text = "right from there  " + got + ", but should be " + want;
    if (!mark.remark.empty()) text += ": " + mark.remark;
    out += wrapped(left, text, 6, width);
  }
  return out + std::to_string(right) + " of " + std::to_string(marks.size()) + " right\n";
}

}  // namespace gradus::explain
