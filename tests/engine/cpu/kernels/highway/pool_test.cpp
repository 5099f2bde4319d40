// Pooling against the ops' own loops: the same numbers, ties, NaNs and all.
#include "gradus/core/ops/pool.hpp"

#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {
namespace {

struct Case {
  Shape x;
  Integers kernel;
};

const Case cases[] = {{{3, 6, 28, 28}, {2, 2}}, {{2, 16, 10, 10}, {2, 2}}, {{1, 2, 5, 67}, {2, 2}},
                      {{2, 1, 7, 9}, {3, 2}},   {{4, 3, 33}, {2}},         {{2, 2, 4, 2}, {1, 2}},
                      {{5, 1, 2, 64}, {2, 2}},  {{0, 2, 4, 4}, {2, 2}},    {{2, 0, 4, 4}, {2, 2}}};

Call call_of(const Case& of, std::size_t which, DType dtype) {
  const Integers padding(of.kernel.size(), 0);
  Call call;
  call.op = pool_ops()[which];
  call.attrs = {{"kernel", of.kernel}, {"stride", of.kernel}, {"padding", padding}};
  const Type x{dtype, of.x}, y = max_pool_op.infer(Types(&x, 1), call.attrs);
  if (which == 4) call.attrs.set("size", Integers(of.x.begin() + 2, of.x.end()));
  const std::vector<std::vector<Type>> types{{x, y}, {x, y, x}, {x, x, y}, {x, y}, {y, x}};
  for (const Type& type : types[which]) call.inputs.push_back({type, Access::rows});
  call.outputs = {call.inputs.back()};
  call.inputs.pop_back();
  call.rows = call.block = of.x[0];
  return call;
}

/// Few values, so that there are ties, and NaN and infinity among them.
Tensor drawn(const Type& type, std::mt19937& random, bool special) {
  const double values[] = {-1, -0.5, 0, 0.25, 3, 3.5, NAN, INFINITY};
  std::uniform_int_distribution<std::size_t> uniform(0, special ? 7 : 5);
  Tensor x(type);
  for (std::int64_t i = 0; i < x.count(); ++i) x.set(i, values[uniform(random)]);
  return x;
}

bool same_numbers(const Tensor& a, const Tensor& b) {
  for (std::int64_t i = 0; i < a.count(); ++i) {
    if (distance(a.number(i), b.number(i), a.dtype()) > 1) return false;
  }
  return true;
}

TEST(HighwayPool, AgreesWithTheOpsInBlocksOfAnySize) {
  std::mt19937 random(1);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Case& of : cases) {
      for (std::size_t which = 0; which < pool_ops().size(); ++which) {
        for (DType dtype : {DType::f32, DType::f64}) {
          Call call = call_of(of, which, dtype);
          std::vector<Tensor> inputs;
          std::vector<ConstView> views;
          for (const Operand& input : call.inputs) inputs.push_back(drawn(input.type, random, which < 3));
          for (const Tensor& input : inputs) views.push_back(input);
          Tensor expected(call.outputs[0].type);
          call.op->evaluate(views, expected.view(), call.attrs);
          for (const std::int64_t block : {of.x[0], std::int64_t{1}, std::int64_t{2}}) {
            if (block == 0) continue;
            call.block = std::max<std::int64_t>(block, 1);
            const Prepared prepared = highway::prepare_pool(call);
            ASSERT_TRUE(prepared) << prepared.refusal;
            const Tensor got = of.x[0] == 0 ? expected : run_call(call, prepared, inputs)[0];
            EXPECT_TRUE(same_numbers(got, expected)) << call.op->name << " of " << to_string(inputs[0].type())
                                                     << " in blocks of " << block << " on " << hwy::TargetName(set);
          }
        }
      }
    }
  }
}

TEST(HighwayPool, LeavesOtherWindowsToTheOps) {
  Call call = call_of(cases[0], 0, DType::f32);
  call.attrs.set("stride", Integers{2, 1});
  EXPECT_FALSE(highway::prepare_pool(call));
  call.attrs.set("stride", Integers{2, 2});
  call.attrs.set("padding", Integers{1, 0});
  EXPECT_FALSE(highway::prepare_pool(call));
}

}  // namespace
}  // namespace gradus::testing
