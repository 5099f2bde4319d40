// Errors of the functions of generated code in units of the last place, against long double.
#include <cmath>

#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/programs.hpp"

namespace gradus::testing {
namespace {

struct Function {
  const char* name;
  long double (*exact)(long double);
  double error;  // largest, stated in numbers.hpp
  std::vector<std::pair<double, double>> ranges;
};

using L = long double;
const Function functions[] = {
    {"exp", [](L x) { return std::exp(x); }, 1, {{-87, 88.7}, {-1, 1}, {-1e-3, 1e-3}}},
    {"expm1", [](L x) { return std::expm1(x); }, 2, {{-20, 88.7}, {-1, 1}, {-50, 88}, {-1e-3, 1e-3}, {-0.5, 0.5}}},
    {"log", [](L x) { return std::log(x); }, 1, {{1e-30, 1}, {0.5, 2}, {0.99, 1.01}, {1, 1e30}, {0, 1e-36}}},
    {"log1p", [](L x) { return std::log1p(x); }, 2.5, {{-0.999, 1}, {-1e-3, 1e-3}, {0, 1e6}, {-1e-8, 1e-8}, {0, 2}}},
    {"tanh", [](L x) { return std::tanh(x); }, 2.5, {{-20, 20}, {-1, 1}, {-1e-3, 1e-3}}},
    {"erf", [](L x) { return std::erf(x); }, 2.5, {{-1, 1}, {-6, 6}, {0.9, 1.1}, {-1e-3, 1e-3}}},
};

Tensor run_function(const Function& of, const Tensor& input, InstructionSet set) {
  Call call = one_op(of.name, {Form::full}, input.count(), 1, DType::f32);
  return run_call(call, jit::prepare_pointwise(call, set), {input})[0];
}

double error_of(double got, L exact) {
  return std::abs(static_cast<double>((got - exact) / std::ldexp(L{1}, std::ilogb(static_cast<double>(exact)) - 23)));
}

TEST(AsmjitMath, ErrorsAreWithinWhatIsStated) {
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (set > instruction_set()) continue;
    for (const Function& of : functions) {
      std::mt19937_64 random(7);
      for (const auto& [low, high] : of.ranges) {
        Tensor input(DType::f32, Shape{20000, 1});
        std::uniform_real_distribution<double> uniform(low, high);
        for (std::int64_t i = 0; i < input.count(); ++i) input.set(i, uniform(random));
        const Tensor got = run_function(of, input, set);
        for (std::int64_t i = 0; i < got.count(); ++i) {
          const L exact = of.exact(input.number(i));
          if (std::abs(exact) < 1.2e-38L || std::abs(exact) > 3.4e38L) continue;
          ASSERT_LE(error_of(got.number(i), exact), of.error) << of.name << " of " << input.number(i);
        }
      }
    }
  }
}

TEST(AsmjitMath, SpecialValuesAreThoseOfTheStandardLibrary) {
  const double special[] = {0.0,   -0.0, INFINITY, -INFINITY, NAN,  1,     -1, 2,    -2,    0.5,    -0.5,  1e10,
                            -1e10, 1e30, 88,       -88,       1000, -1000, 89, -104, 1e-30, -1e-30, 1e-37, 16777217};
  Tensor input(DType::f32, Shape{std::size(special), 1});
  for (std::int64_t i = 0; i < input.count(); ++i) input.set(i, special[i]);
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (set > instruction_set()) continue;
    for (const Function& of : functions) {
      const Tensor got = run_function(of, input, set);
      for (std::int64_t i = 0; i < got.count(); ++i) {
        const double x = got.number(i), expected = static_cast<float>(of.exact(input.number(i)));
        if (expected != 0 && std::abs(expected) < 1.2e-38) continue;  // denormal
        EXPECT_LE(distance(x, expected, DType::f32), of.error + 0.5) << of.name << " of " << input.number(i);
        if (!std::isnan(x)) {
          EXPECT_EQ(std::signbit(x), std::signbit(expected)) << of.name << " of " << input.number(i);
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus::testing
