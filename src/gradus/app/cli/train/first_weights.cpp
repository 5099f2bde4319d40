#include "gradus/app/cli/train/first_weights.hpp"

#include <cmath>

#include "gradus/app/explain/trouble.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {

void initialize(nn::Model& model, const init::Init& init, std::uint64_t seed) {
  for (nn::Parameter& parameter : model.parameters) {
    if (parameter.value.shape().rank() < 2) continue;
    init::fill(init, parameter.value.view(), seed, parameter.name);
    const std::int64_t bad = explain::first_not_finite(parameter.value.view());
    if (bad < 0) continue;
    throw UserError(Fault::usage,
                    Report{"--init",
                           "\"" + kinds::print(init) + "\", which makes " + printable(parameter.name) + " " +
                               (std::isnan(parameter.value.number(bad)) ? "not a number" : "infinite") + " in " +
                               std::string(name(parameter.value.dtype())),
                           "first weights that are finite", "--init he_normal"});
  }
}

}  // namespace gradus::cli
