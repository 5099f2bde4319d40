// Errors of the vector functions in units of the last place, against long double, and against numbers of mpmath.
#include <functional>

#include "gradus/core/ops/all.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {
namespace {

struct Function {
  const char* name;
  long double (*exact)(long double, long double);
  double f32, f64;  // largest errors stated in kernels.hpp
  std::vector<std::pair<double, double>> ranges;
};

using L = long double;
const Function functions[] = {
    {"exp", [](L x, L) { return std::exp(x); }, 1, 1, {{-87, 88.7}, {-1, 1}, {-700, 709.7}, {-1e-3, 1e-3}}},
    {"expm1",
     [](L x, L) { return std::expm1(x); },
     2,
     2.5,
     {{-20, 88.7}, {-1, 1}, {-50, 709.7}, {-1e-3, 1e-3}, {-0.5, 0.5}}},
    {"log", [](L x, L) { return std::log(x); }, 1, 1, {{1e-30, 1}, {0.5, 2}, {0.99, 1.01}, {1, 1e30}, {0, 1e-36}}},
    {"log1p",
     [](L x, L) { return std::log1p(x); },
     2.5,
     2.5,
     {{-0.999, 1}, {-1e-3, 1e-3}, {0, 1e6}, {-1e-8, 1e-8}, {0, 2}}},
    {"tanh", [](L x, L) { return std::tanh(x); }, 2.5, 2.5, {{-20, 20}, {-1, 1}, {-1e-3, 1e-3}}},
    {"sin", [](L x, L) { return std::sin(x); }, 3, 3, {{-4, 4}, {-40000, 40000}, {-1e-3, 1e-3}, {-1e8, 1e8}}},
    {"cos", [](L x, L) { return std::cos(x); }, 3, 3, {{-4, 4}, {-40000, 40000}, {-1e-3, 1e-3}, {-1e8, 1e8}}},
    {"erf", [](L x, L) { return std::erf(x); }, 2.5, 2.5, {{-1, 1}, {-6, 6}, {0.9, 1.1}, {-1e-3, 1e-3}, {1, 2}}},
    {"power", [](L x, L y) { return std::pow(x, y); }, 0.6, 1.5, {{0.1, 10}, {0.9, 1.1}, {0, 1000}, {1e-30, 1e-20}}},
};

Tensor run_function(std::string_view name, const std::vector<Tensor>& inputs) {
  Call call;
  call.program = {inputs[0].dtype(), {{&find_op(name), {}}}, {static_cast<int>(inputs.size())}};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    call.inputs.push_back({inputs[i].type(), Access::rows});
    call.program.instructions[0].inputs.push_back(static_cast<int>(i));
  }
  call.outputs = {call.inputs[0]};
  call.rows = call.block = inputs[0].shape()[0];
  return run_call(call, highway::prepare_pointwise(call), inputs)[0];
}

double worst_error(const Function& of, DType dtype, std::pair<double, double> range, std::mt19937_64& random,
                   double& at) {
  constexpr std::int64_t n = 20000;
  std::vector<Tensor> inputs{Tensor(dtype, Shape{n})};
  std::uniform_real_distribution<double> uniform(range.first, range.second), exponent(-50, 50), small(-3, 3);
  for (std::int64_t i = 0; i < n; ++i) inputs[0].set(i, uniform(random));
  if (std::string_view(of.name) == "power") {
    inputs.emplace_back(dtype, Shape{n});
    for (std::int64_t i = 0; i < n; ++i) inputs[1].set(i, i % 2 ? exponent(random) : small(random));
  }
  const Tensor got = run_function(of.name, inputs);
  double worst = 0;
  const double smallest = dtype == DType::f32 ? 1.2e-38 : 2.3e-308, largest = dtype == DType::f32 ? 3.4e38 : 1.7e308;
  for (std::int64_t i = 0; i < n; ++i) {
    const L x = inputs[0].number(i), y = of.exact(x, inputs.size() > 1 ? inputs[1].number(i) : 0);
    if (std::abs(y) < smallest || std::abs(y) > largest) continue;
    const auto nearest = static_cast<double>(y);
    const double error = std::abs(static_cast<double>(
        (got.number(i) - y) / std::ldexp(L{1}, std::ilogb(nearest) + (dtype == DType::f32 ? -23 : -52))));
    if (!(error <= worst)) worst = error, at = inputs[0].number(i);
  }
  return worst;
}

TEST(HighwayMath, ErrorsAreWithinWhatIsStated) {
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Function& of : functions) {
      for (const DType dtype : {DType::f32, DType::f64}) {
        std::mt19937_64 random(7);
        for (const auto& range : of.ranges) {
          double at = 0;
          const double worst = worst_error(of, dtype, range, random, at);
          EXPECT_LE(worst, dtype == DType::f32 ? of.f32 : of.f64)
              << of.name << " of " << at << " as " << name(dtype) << " on " << hwy::TargetName(set) << " range "
              << range.first << " " << range.second;
        }
      }
    }
  }
}

/// Where sine and cosine cross zero, the reduction of the angle loses most.
TEST(HighwayMath, SineAndCosineAreRightNextToTheirZeros) {
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const DType dtype : {DType::f32, DType::f64}) {
      Tensor angles(dtype, Shape{30000});
      for (std::int64_t i = 0; i < angles.count(); ++i) angles.set(i, static_cast<double>(i + 1) * 1.5707963267948966);
      const Tensor sine = run_function("sin", {angles}), cosine = run_function("cos", {angles});
      for (std::int64_t i = 0; i < angles.count(); ++i) {
        const L x = angles.number(i);
        ASSERT_LE(distance(sine.number(i), static_cast<double>(std::sin(x)), dtype), 4) << static_cast<double>(x);
        ASSERT_LE(distance(cosine.number(i), static_cast<double>(std::cos(x)), dtype), 4) << static_cast<double>(x);
      }
    }
  }
}

TEST(HighwayMath, SpecialValuesAreThoseOfTheStandardLibrary) {
  const std::vector<double> special{0.0,
                                    -0.0,
                                    INFINITY,
                                    -INFINITY,
                                    NAN,
                                    1,
                                    -1,
                                    2,
                                    -2,
                                    3,
                                    -3,
                                    0.5,
                                    -0.5,
                                    1.5,
                                    -1.5,
                                    1e10,
                                    -1e10,
                                    1e30,
                                    4e3,
                                    -4e3,
                                    88,
                                    -88,
                                    1000,
                                    -1000,
                                    89,
                                    -104,
                                    1e-30,
                                    -1e-30,
                                    16777216,
                                    16777217,
                                    9007199254740992.0,
                                    9007199254740993.0,
                                    4503599627370497.0,
                                    -9007199254740991.0};
  const auto n = static_cast<std::int64_t>(special.size());
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Function& of : functions) {
      const bool two = std::string_view(of.name) == "power";
      for (const DType dtype : {DType::f32, DType::f64}) {
        std::vector<Tensor> inputs(two ? 2 : 1, Tensor(dtype, Shape{two ? n * n : n}));
        for (std::int64_t i = 0; i < inputs[0].count(); ++i) {
          for (std::size_t k = 0; k < inputs.size(); ++k) {
            inputs[k].set(i, special[static_cast<std::size_t>(k ? i / n : i % n)]);
          }
        }
        const Tensor got = run_function(of.name, inputs);
        for (std::int64_t i = 0; i < got.count(); ++i) {
          const L exact = of.exact(inputs[0].number(i), two ? inputs[1].number(i) : 0);
          double expected =
              dtype == DType::f32 ? static_cast<double>(static_cast<float>(exact)) : static_cast<double>(exact);
          const double x = got.number(i);
          if (expected != 0 && std::abs(expected) < (dtype == DType::f32 ? 1.2e-38 : 2.3e-308)) continue;  // denormal
          EXPECT_LE(distance(x, expected, dtype), dtype == DType::f32 ? of.f32 + 0.5 : of.f64 + 0.5)
              << of.name << "(" << inputs[0].number(i) << ", " << inputs.back().number(i) << ") is " << x << " not "
              << expected << " on " << hwy::TargetName(set);
          if (!std::isnan(x)) {
            EXPECT_EQ(std::signbit(x), std::signbit(expected))
                << of.name << "(" << inputs[0].number(i) << ", " << inputs.back().number(i) << ") on "
                << hwy::TargetName(set);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace gradus::testing
