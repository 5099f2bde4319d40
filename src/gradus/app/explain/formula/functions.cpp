#include "gradus/app/explain/formula/functions.hpp"

#include <algorithm>
#include <array>

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

struct Alias {
  std::string_view written;
  const Op& (*op)();
  std::size_t values;  // with this many values
};
constexpr std::array aliases{
    Alias{"ln", pointwise_op<pointwise::Log>, 1}, Alias{"pow", pointwise_op<pointwise::Power>, 2},
    Alias{"max", pointwise_op<pointwise::Maximum>, 2}, Alias{"min", pointwise_op<pointwise::Minimum>, 2}};

/// Attributes that a formula can write, and their kind.
enum class Kind { integer, integers, number, dtype };
struct Attributes {
  std::string_view name;
  Kind kind;
};
constexpr std::array writable{Attributes{"axis", Kind::integer},   Attributes{"axes", Kind::integers},
                              Attributes{"keep", Kind::integer},   Attributes{"order", Kind::integers},
                              Attributes{"shape", Kind::integers}, Attributes{"start", Kind::integers},
                              Attributes{"stop", Kind::integers},  Attributes{"step", Kind::integers},
                              Attributes{"size", Kind::integer},   Attributes{"dtype", Kind::dtype}};

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

const Kind* kind_of(std::string_view attribute) {
  const auto found = std::find_if(writable.begin(), writable.end(), [&](const auto& a) { return a.name == attribute; });
  return found == writable.end() ? nullptr : &found->kind;
}

bool callable(const Op& op) {
  const auto names = words(op.attributes);
  return op.arity != 0 && std::all_of(names.begin(), names.end(), [](auto name) { return kind_of(name) != nullptr; });
}

const Op* find(std::string_view name, std::size_t values) {
  for (const Alias& alias : aliases) {
    if (alias.written == name && alias.values == values) return &alias.op();
  }
  for (const Op* op : all_ops()) {
    if (op->name == name && callable(*op)) return op;
  }
  return nullptr;
}

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const Alias& alias : aliases) out.push_back(alias.written);
  for (const Op* op : all_ops()) {
    if (callable(*op)) out.push_back(op->name);
  }
  return out;
}

bool fits(const Attribute& value, Kind kind) {
  if (kind == Kind::integers) return std::holds_alternative<Integers>(value);
  if (kind == Kind::dtype) return std::holds_alternative<DType>(value);
  if (kind == Kind::number && std::holds_alternative<double>(value)) return true;
  return std::holds_alternative<std::int64_t>(value);
}

void from_the_last(Attribute& attribute, int rank) {
  const auto positive = [&](std::int64_t axis) { return axis < 0 ? axis + rank : axis; };
  if (auto* axis = std::get_if<std::int64_t>(&attribute)) *axis = positive(*axis);
  if (auto* axes = std::get_if<Integers>(&attribute)) {
    for (auto& axis : *axes) axis = positive(axis);
    std::sort(axes->begin(), axes->end());
  }
}

std::string what_kind(Kind kind) {
  if (kind == Kind::integers) return "whole numbers in brackets, such as [0 1]";
  if (kind == Kind::dtype) return "a dtype: f64, f32, i64, i32 or u8";
  return "a whole number";
}

/// One of that kind.
std::string value_of(Kind kind) {
  if (kind == Kind::integers) return "[0]";
  return kind == Kind::dtype ? "f64" : "0";
}

/// "where(a, b, c)", "reshape(a, shape=...)"
std::string pattern(const Op& op) {
  std::string out = std::string(op.name) + "(a";
  for (int i = 1; i < op.arity; ++i) out += std::string(", ") + static_cast<char>('a' + i);
  for (std::string_view name : words(op.attributes)) {
    if (name != "axis" && name != "axes" && name != "keep" && name != "order") out += ", " + std::string(name) + "=...";
  }
  return out + ")";
}

Attrs attributes(const Source& source, const Call& call, const Op& op) {
  const auto known = words(op.attributes);
  const Shape& shape = call.values[0].shape();
  Attrs out;
  for (std::string_view name : known) {  // what it is when the formula says nothing
    if (name == "axis") out.set("axis", std::int64_t{shape.rank() - 1});
    if (name == "keep") out.set("keep", std::int64_t{0});
    if (name != "axes" && name != "order") continue;
    Integers all;
    for (int axis = 0; axis < shape.rank(); ++axis) all.push_back(axis);
    if (name == "order" && shape.rank() > 1) std::swap(all[all.size() - 2], all.back());
    out.set(std::string(name), std::move(all));
  }
  for (const NamedArgument& argument : call.named) {
    std::string name(argument.name.text);
    const bool single = name == "axis" && std::find(known.begin(), known.end(), "axes") != known.end();
    if (single) name = "axes";  // sum(x, axis=1) is what everybody writes
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string close = nearest(name, known);
      throw error_at(source, argument.name.span, "\"" + name + "=\"",
                     known.empty()
                         ? std::string(op.name) + " with values alone"
                         : "one of the attributes of " + std::string(op.name) + ": " + std::string(op.attributes),
                     close.empty() ? "it left out" : close);
    }
    Attribute value = argument.value;
    if (const auto* one = std::get_if<std::int64_t>(&value); one && *kind_of(name) == Kind::integers)
      value = Integers{*one};
    if (!fits(value, *kind_of(name))) {
      throw error_at(source, argument.name.span, "another kind of value", name + "=" + what_kind(*kind_of(name)),
                     name + "=" + value_of(*kind_of(name)));
    }
    if (name == "axis" || name == "axes") from_the_last(value, shape.rank());
    out.set(name, std::move(value));
  }
  return out;
}

}  // namespace

bool is_function(std::string_view name) {
  const auto all = names();
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::string nearest_function(std::string_view name) {
  const auto all = names();
  return nearest(name, all);
}

Value apply_function(const Source& source, const Call& call) {
  const Op* op = find(call.name.text, call.values.size());
  if (!op) op = find(call.name.text, 1);  // the alias of another arity: its own complaint is the better one
  if (!op) op = find(call.name.text, 2);
  if (!op) {
    const std::string close = nearest_function(call.name.text);
    throw error_at(source, call.name.span, "the unknown function \"" + std::string(call.name.text) + "\"",
                   "one of those in gradus ops", close.empty() ? "gradus ops" : close);
  }
  const std::size_t given = call.values.size();
  if (given == 0 || (op->arity >= 0 && given != static_cast<std::size_t>(op->arity))) {
    throw error_at(source, call.name.span, std::to_string(given) + (given == 1 ? " value" : " values"),
                   (op->arity < 0 ? "at least 1" : std::to_string(op->arity)) + " for " + std::string(op->name) + " (" +
                       std::string(op->doc) + ")",
                   pattern(*op));
  }
  const Attrs attrs = attributes(source, call, *op);
  try {
    return apply(*op, call.values, attrs);
  } catch (const UserError& error) {
    throw error_at(source, call.name.span, error.what());
  }
}

}  // namespace gradus::explain
