#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key keys[] = {{.name = "count",
                         .type = KeyType::whole,
                         .value = "1000",
                         .doc = "codes: whole numbers from 0 to below this",
                         .range = width_range,
                         .required = true,
                         .bare = true},
                        {.name = "width",
                         .type = KeyType::whole,
                         .value = "16",
                         .doc = "how many numbers a code becomes",
                         .range = width_range,
                         .required = true,
                         .bare = true}};

}  // namespace

extern const LayerKind embedding_kind{
    {"embedding", "each code becomes a learned list of numbers (torch.nn.Embedding)", keys},
    [](const Layer& layer, Scope& scope, Value x) {
      const Value weight = scope.parameter("weight", {layer.keys().whole("count"), layer.keys().whole("width")},
                                           layer.init.value_or(init::normal(1)));
      return gather(weight, is_floating(x.dtype()) ? cast(x, DType::i64) : x);
    },
    {.role = Role::block}};

Layer embedding(std::int64_t count, std::int64_t width) {
  return made(embedding_kind, {{"count", count}, {"width", width}});
}

}  // namespace gradus::nn
