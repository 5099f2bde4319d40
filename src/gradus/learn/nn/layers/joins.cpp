// Layers that take a value by its name.
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

constexpr LayerTraits join{.role = Role::block, .names = 1};

[[noreturn]] void refuse_shapes(const Layer& layer, Value x, Value other, const std::string& expected) {
  refuse(layer, to_string(x.type()) + " before it and " + to_string(other.type()) + " of " + layer.inputs[0], expected,
         "a layer before it that gives " + to_string(other.shape()));
}

Value build_add(const Layer& layer, Scope& scope, Value x) {
  const Value other = scope.named(layer.inputs[0]).value;
  if (!(x.type() == other.type())) refuse_shapes(layer, x, other, "two of one shape");
  return x + other;
}

Value build_concat(const Layer& layer, Scope& scope, Value x) {
  const Value other = scope.named(layer.inputs[0]).value;
  const bool fits = x.shape().rank() == other.shape().rank() && x.shape().rank() > 1 &&
                    x.shape().with(1, 1) == other.shape().with(1, 1);
  if (!fits) refuse_shapes(layer, x, other, "two that differ in axis 1 alone");
  return concatenate(Values{x, other}, 1);
}

constexpr Key columns_keys[] = {{.name = "first",
                                 .type = KeyType::whole,
                                 .value = "0",
                                 .doc = "the first one, from 0",
                                 .range = {.low = 0, .high = width_range.high},
                                 .required = true,
                                 .bare = true},
                                {.name = "number",
                                 .type = KeyType::whole,
                                 .value = "1",
                                 .doc = "how many",
                                 .range = width_range,
                                 .required = true,
                                 .bare = true}};

Value build_columns(const Layer& layer, Scope&, Value x) {
  const std::int64_t first = layer.keys().whole("first"), count = layer.keys().whole("number");
  if (x.shape().rank() < 2 || count > x.shape()[1] || first > x.shape()[1] - count) {
    refuse(layer, to_string(x.type()) + " before it",
           "at least " + std::to_string(first + count) + " numbers in axis 1", "a layer before it that gives them");
  }
  return slice(x, 1, first, first + count);
}

/// In no list: texts have no need of it, and would lose its words as names.
const LayerKind columns_kind{
    {"columns", "some of the numbers along axis 1", columns_keys}, build_columns, {.role = Role::passes}};

Layer naming(const LayerKind& kind, std::string name) {
  check_name(name);
  Layer out = made(kind);
  out.inputs.push_back(std::move(name));
  return out;
}

}  // namespace

extern const LayerKind from_kind{
    {"from", "a value by its name in place of the one before"},
    [](const Layer& layer, Scope& scope, Value) { return scope.named(layer.inputs[0]).value; },
    {.role = Role::passes, .names = 1}};
extern const LayerKind input_kind{
    {"input", "an input of the data by its name, or \"features\", in place of the value before"},
    [](const Layer& layer, Scope& scope, Value) { return scope.input(layer.inputs[0]); },
    {.role = Role::block, .names = 1, .input = true}};
extern const LayerKind add_kind{{"add", "the value before plus one by its name"}, build_add, join};
extern const LayerKind concat_kind{
    {"concat", "the value before and one by its name, joined along axis 1"}, build_concat, join};

Layer from(std::string name) { return naming(from_kind, std::move(name)); }
Layer input(std::string name) { return naming(input_kind, std::move(name)); }
Layer columns(std::int64_t first, std::int64_t number) {
  return made(columns_kind, {{"first", first}, {"number", number}});
}
Layer add(std::string name) { return naming(add_kind, std::move(name)); }
Layer concat(std::string name) { return naming(concat_kind, std::move(name)); }

}  // namespace gradus::nn
