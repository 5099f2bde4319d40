#include <fmt/format.h>

#include <algorithm>

#include "gradus/app/explain/names.hpp"
#include "gradus/app/explain/network.hpp"
#include "gradus/app/explain/text_lines.hpp"
#include "gradus/learn/data/shortest.hpp"

namespace gradus::explain {
namespace {

const Node& at(const Explanation& e, int node) { return e.nodes[static_cast<std::size_t>(node)]; }

/// [in, out] of a weight that the file has as [out, in].
Tensor turned(const Tensor& value) {
  const std::int64_t rows = value.shape()[0], columns = value.shape()[1];
  Tensor out(value.dtype(), {columns, rows});
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) out.set(c * rows + r, value.number(r * columns + c));
  }
  return out;
}

/// Rows and columns that are printed of a large matrix unless its layer was asked for.
constexpr std::int64_t few = 6;

/// `value` with its labels: row and column numbers from 1, in blocks that fit `width`.
std::string table(const Tensor& value, std::int64_t most, int width) {
  const std::int64_t columns = value.shape().last(), rows = value.count() / columns;
  const std::int64_t shown_rows = std::min(rows, most), shown_columns = std::min(columns, most);
  const auto cell = [&](std::int64_t r, std::int64_t c) { return short_number(value.number(r * columns + c), 6); };
  std::size_t longest = 3;
  for (std::int64_t r = 0; r < shown_rows; ++r) {
    for (std::int64_t c = 0; c < shown_columns; ++c) longest = std::max(longest, cell(r, c).size());
  }
  const std::size_t label = std::max<std::size_t>(2, std::to_string(shown_rows).size());
  const auto block = std::max<std::int64_t>(
      1, (width - 6 - static_cast<std::int64_t>(label)) / static_cast<std::int64_t>(longest + 2));
  std::string out;
  for (std::int64_t begin = 0; begin < shown_columns; begin += block) {
    const std::int64_t end = std::min(shown_columns, begin + block);
    std::string head = "    " + std::string(label, ' ');
    for (std::int64_t c = begin; c < end; ++c) head += "  " + pad_left(std::to_string(c + 1), longest);
    out += head + "\n";
    for (std::int64_t r = 0; r < shown_rows; ++r) {
      std::string line = "    " + pad_left(std::to_string(r + 1), label);
      for (std::int64_t c = begin; c < end; ++c) line += "  " + pad_left(cell(r, c), longest);
      out += line + "\n";
    }
  }
  if (shown_rows < rows || shown_columns < columns) {
    const auto numbers = value.numbers();
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    out += "    ... of " + std::to_string(rows) + " x " + std::to_string(columns) + ", from " + short_number(*low, 6) +
           " to " + short_number(*high, 6) + "\n";
  }
  return out;
}

class Writer {
 public:
  Writer(const NetworkExplanation& network, const NetworkTextOptions& options)
      : n_(network), e_(network.explanation), o_(options) {}

  std::string text() {
    out_ += wrapped("", e_.title + ": in double precision, dropout off", 2, o_.look.width);
    if (o_.element || o_.step) {
      out_ += element_text(n_, o_.element.value_or(Element{}), o_.step, o_.look);
      return std::move(out_);
    }
    if (!o_.layer) row();
    for (std::size_t i = 0; i < n_.layers.size(); ++i) {
      if (!o_.layer || *o_.layer == static_cast<std::int64_t>(i) + 1) layer(n_.layers[i], i + 1);
    }
    if (!o_.layer) loss();
    if (!e_.troubles.empty() && !n_.layers.empty()) out_ += troubles_text(e_, o_.look);
    if (n_.layers.empty()) return to_text(e_, o_.look);
    return std::move(out_);
  }

 private:
  void heading(const std::string& text) { out_ += "\n" + inked(text, Ink::heading, o_.look.color) + "\n"; }
  void matrix(const std::string& what, const Tensor& value) {
    out_ += wrapped("  ", what + ", " + sizes(value), 4, o_.look.width);
    out_ += table(value, o_.layer ? value.count() : few, o_.look.width);
  }

  static std::string sizes(const Tensor& value) {
    std::string out;
    for (std::int64_t size : value.shape()) out += (out.empty() ? "" : " x ") + std::to_string(size);
    return out;
  }

  void row() {
    heading("The row");
    std::size_t names = 0, cells = 0;
    for (const Feature& f : n_.features) {
      names = std::max(names, shown_width(f.name)), cells = std::max(cells, shown_width(f.cell));
    }
    for (const Feature& f : n_.features) {
      out_ += "  " + pad_right(f.name, names) + "  " + pad_left(f.cell, cells) + "   encoded " +
              short_number(f.encoded, 9) + "\n";
    }
    if (n_.features.empty() && !n_.layers.empty()) {
      const Tensor& x = at(e_, n_.layers[0].input).value;
      out_ += "  " + std::to_string(x.count()) + " features\n";
    }
    out_ += "  target: " + n_.target + "\n  prediction: ";
    for (std::int64_t i = 0; i < n_.prediction.count(); ++i) {
      const auto place = static_cast<std::size_t>(i);
      const std::string name =
          n_.prediction.count() > 1 && place < n_.class_names.size() ? printable(n_.class_names[place]) + " " : "";
      out_ += (i ? ", " : "") + name + fmt::format("{}", data::shortest(n_.prediction.number(i), n_.told));
    }
    out_ += (n_.in_units.empty() ? "" : ", which is " + n_.in_units) + "\n";
  }

  void layer(const NetworkLayer& layer, std::size_t number) {
    heading(layer.title);
    const std::string l = std::to_string(number);
    const Node& weight = at(e_, layer.weight);
    if (layer.input >= 0 && (number == 1 || o_.layer)) matrix("x: what comes in", at(e_, layer.input).value);
    const bool convolution = is_convolution(n_, layer);
    if (convolution) matrix("w: weights, channels out, channels in, kernel (" + weight.name + ")", weight.value);
    else
      matrix("W: weights, inputs down and units across (" + weight.name + " in the file is its transpose)",
             turned(weight.value));
    if (layer.bias >= 0) matrix("b: bias (" + at(e_, layer.bias).name + ")", at(e_, layer.bias).value);
    const Node& z = at(e_, layer.preactivation);
    matrix(
        std::string(convolution ? "z = conv(x, w)" : "z = x W") + (layer.bias >= 0 ? " + b" : "") + ": pre-activation",
        z.value);
    if (layer.activated != layer.preactivation) {
      matrix("a = " + layer.activation + "(z): activation", at(e_, layer.activated).value);
    }
    if (z.gradient) matrix("delta = dloss/dz", *z.gradient);
    if (weight.gradient && convolution) matrix("dloss/dw", *weight.gradient);
    else if (weight.gradient) matrix("dloss/dW = x' delta", turned(*weight.gradient));
    if (layer.bias >= 0 && at(e_, layer.bias).gradient) matrix("dloss/db", *at(e_, layer.bias).gradient);
  }

  /// The nodes of the loss, each with its numbers.
  void loss() {
    heading("Loss: " + n_.loss);
    for (const Node& node : e_.nodes) {
      if (node.kind != Node::Kind::operation || !node.group.starts_with("Loss")) continue;
      const bool small = node.value.count() <= 6;
      out_ += wrapped("  ",
                      node.name + " = " + node.expression + (small ? " = " : ": ") +
                          (small ? short_value(node.value, 9) : sizes(node.value)),
                      4, o_.look.width);
      if (!small) out_ += table(node.value, few + 4, o_.look.width);
    }
  }

  const NetworkExplanation& n_;
  const Explanation& e_;
  const NetworkTextOptions& o_;
  std::string out_;
};

}  // namespace

std::string to_text(const NetworkExplanation& network, const NetworkTextOptions& options) {
  if (options.layer && (*options.layer < 1 || *options.layer > static_cast<std::int64_t>(network.layers.size()))) {
    throw UserError(Fault::usage, Report{"--layer", std::to_string(*options.layer),
                                         "1 to " + std::to_string(network.layers.size()), "--layer 1"});
  }
  return Writer(network, options).text();
}

}  // namespace gradus::explain
