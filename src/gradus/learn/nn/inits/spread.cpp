// Random numbers whose spread is given.
#include "gradus/learn/nn/inits/parts.hpp"

namespace gradus::init {
namespace {

constexpr Key normal_keys[] = {
    {"deviation", KeyType::number, "0.01", "standard deviation (not the variance)", kinds::not_negative, {}, true}};
constexpr Key uniform_keys[] = {
    {"bound", KeyType::number, "0.01", "numbers lie from minus this to below this", kinds::not_negative, {}, true}};

}  // namespace

extern const InitKind normal_kind{{"normal", "normal numbers with mean 0", normal_keys},
                                  [](const Keys& of, View out, std::uint64_t seed, std::string_view parameter) {
                                    fill_normal(out, seed, parameter, of.number("deviation"));
                                  }};

extern const InitKind uniform_kind{{"uniform", "equally likely numbers around 0", uniform_keys},
                                   [](const Keys& of, View out, std::uint64_t seed, std::string_view parameter) {
                                     fill_uniform(out, seed, parameter, of.number("bound"));
                                   }};

Init normal(double std) { return make(normal_kind, {{"deviation", std}}); }
Init uniform(double a) { return make(uniform_kind, {{"bound", a}}); }

}  // namespace gradus::init
