// Random numbers whose spread follows from the connections of a unit, so that signals keep their size through layers.
#include <cmath>

#include "gradus/learn/nn/inits/parts.hpp"

namespace gradus::init {

extern const InitKind xavier_uniform_kind{
    {"xavier_uniform",
     "uniform with bound sqrt(6 / (fan_in + fan_out)): for tanh and sigmoid (Glorot and Bengio 2010)"},
    [](const Keys&, View out, std::uint64_t seed, std::string_view parameter) {
      const Fans f = fans(out.shape());
      fill_uniform(out, seed, parameter, std::sqrt(6 / (f.in + f.out)));
    }};

extern const InitKind xavier_normal_kind{
    {"xavier_normal", "normal with deviation sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)"},
    [](const Keys&, View out, std::uint64_t seed, std::string_view parameter) {
      const Fans f = fans(out.shape());
      fill_normal(out, seed, parameter, std::sqrt(2 / (f.in + f.out)));
    }};

extern const InitKind he_uniform_kind{{"he_uniform", "uniform with bound sqrt(6 / fan_in): for relu (He et al. 2015)"},
                                      [](const Keys&, View out, std::uint64_t seed, std::string_view parameter) {
                                        fill_uniform(out, seed, parameter, std::sqrt(6 / fans(out.shape()).in));
                                      }};

extern const InitKind he_normal_kind{{"he_normal", "normal with deviation sqrt(2 / fan_in): for relu (He et al. 2015)"},
                                     [](const Keys&, View out, std::uint64_t seed, std::string_view parameter) {
                                       fill_normal(out, seed, parameter, std::sqrt(2 / fans(out.shape()).in));
                                     }};

extern const InitKind torch_linear_kind{
    {"torch_linear", "uniform with bound 1 / sqrt(fan_in), as torch.nn.Linear; what layers have unless told"},
    [](const Keys&, View out, std::uint64_t seed, std::string_view parameter) {
      fill_uniform(out, seed, parameter, 1 / std::sqrt(fans(out.shape()).in));
    }};

Init xavier_uniform() { return make(xavier_uniform_kind); }
Init xavier_normal() { return make(xavier_normal_kind); }
Init he_uniform() { return make(he_uniform_kind); }
Init he_normal() { return make(he_normal_kind); }
Init torch_linear() { return make(torch_linear_kind); }

}  // namespace gradus::init
