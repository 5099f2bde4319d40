// Pointwise programs against the same instructions evaluated one by one.
#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/programs.hpp"

namespace gradus::testing {
namespace {

void check_one_op(const Op& op, const std::vector<Form>& forms, std::int64_t rows, std::int64_t inner, DType dtype,
                  std::mt19937& random) {
  const Call call = one_op(op.name, forms, rows, inner, dtype);
  const Prepared prepared = highway::prepare_pointwise(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const auto inputs = random_inputs(call, random);
  const auto got = run_call(call, prepared, inputs), expected = interpret(call, inputs);
  const std::string what =
      std::string(op.name) + " " + to_string(call.outputs[0].type) + " on " + hwy::TargetName(hwy::SupportedTargets());
  if (is_exact(op.name)) return expect_same(got[0], expected[0], what);
  for (std::int64_t i = 0; i < got[0].count(); ++i) {
    // The unit is that of the result, or of the largest term that cancels in it.
    const double x = got[0].number(i), y = expected[0].number(i);
    ASSERT_LE(distance(x, y, dtype, op.name.starts_with("gelu") ? 1 : 0), 8) << what << ": " << x << ", not " << y;
  }
}

TEST(HighwayPointwise, EveryOpInEveryFormAgreesWithItsEvaluation) {
  std::mt19937 random(1);
  const Form all[] = {Form::full, Form::single, Form::row, Form::column};
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Op& op : pointwise_ops()) {
      for (const DType dtype : {DType::f32, DType::f64}) {
        for (int choice = 0; choice < (op.arity == 1 ? 4 : op.arity == 2 ? 16 : 64); ++choice) {
          std::vector<Form> forms;
          for (int i = 0; i < op.arity; ++i) forms.push_back(all[choice >> (2 * i) & 3]);
          for (const std::int64_t inner : {1, 13, 150}) check_one_op(op, forms, 3, inner, dtype, random);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(HighwayPointwise, EverySizeAgrees) {
  std::mt19937 random(2);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto* name : {"add", "where", "exp", "sin", "greater", "power"}) {
      const Op& op = find_op(name);
      std::vector<std::int64_t> sizes{127, 511, 512, 513, 1025, 4099};
      for (std::int64_t n = 0; n <= 70; ++n) sizes.push_back(n);
      for (const std::int64_t n : sizes) {
        const std::vector<Form> forms(static_cast<std::size_t>(op.arity), Form::full);
        for (const DType dtype : {DType::f32, DType::f64}) check_one_op(op, forms, 1, n, dtype, random);
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(HighwayPointwise, RandomProgramsAgreeInBlocksOfAnySize) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 1500; ++trial) {
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 20);
    Call call = random_program(random, rows, rows);
    const auto inputs = random_inputs(call, random);
    const auto expected = interpret(call, inputs);
    for (const std::int64_t set : instruction_sets()) {
      const UseInstructionSet use(set);
      for (const std::int64_t block : {rows, std::int64_t{1}, std::int64_t{3}, std::int64_t{16}}) {
        call.block = block;
        const Prepared prepared = highway::prepare_pointwise(call);
        ASSERT_TRUE(prepared) << prepared.refusal;
        const auto got = run_call(call, prepared, inputs);
        for (std::size_t o = 0; o < got.size(); ++o) expect_same(got[o], expected[o], "trial " + std::to_string(trial));
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(HighwayPointwise, OutputsMayLieInTheMemoryOfInputs) {
  std::mt19937 random(4);
  int shared = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 20);
    const Call call = random_program(random, rows, 1 + static_cast<std::int64_t>(random() % 8));
    auto inputs = random_inputs(call, random);
    const auto expected = interpret(call, inputs);
    std::vector<Tensor> outputs;
    for (const Operand& output : call.outputs) outputs.emplace_back(output.type);
    std::vector<void*> operands;
    for (Tensor& input : inputs) operands.push_back(input.data());
    std::vector<bool> taken(inputs.size(), false);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      void* at = outputs[o].data();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (taken[i] || call.inputs[i] != call.outputs[o] || random() % 3 == 0) continue;
        at = inputs[i].data(), taken[i] = true, ++shared;
        break;
      }
      operands.push_back(at);
    }
    const Prepared prepared = highway::prepare_pointwise(call);
    ASSERT_TRUE(prepared) << prepared.refusal;
    run_blocks(call, prepared, operands);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      std::memcpy(outputs[o].data(), operands[inputs.size() + o], outputs[o].bytes());
      expect_same(outputs[o], expected[o], "trial " + std::to_string(trial));
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(shared, 500);
}

TEST(HighwayPointwise, InexactOpsDoNotDependOnTheBlockOrThePlaceInAVector) {
  std::mt19937 random(5);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Op& op : pointwise_ops()) {
      if (is_exact(op.name)) continue;
      Call call = one_op(op.name, std::vector<Form>(static_cast<std::size_t>(op.arity), Form::full), 37, 7, DType::f32);
      auto inputs = random_inputs(call, random);
      inputs[0].set(20, 1e6);  // beyond the vector form of sine and cosine
      const auto whole = run_call(call, highway::prepare_pointwise(call), inputs);
      for (const std::int64_t block : {1, 3, 16}) {
        call.block = block;
        expect_same(run_call(call, highway::prepare_pointwise(call), inputs)[0], whole[0], std::string(op.name));
      }
    }
  }
}

TEST(HighwayPointwise, BroadcastsOverInnerAxes) {
  std::mt19937 random(6);
  for (const std::int64_t side : {3, 20}) {
    Call call;
    call.rows = 5, call.block = 2;
    call.outputs = {{{DType::f32, {5, 4, side, side}}, Access::rows}};
    call.inputs = {{{DType::f32, {5, 4, side, side}}, Access::rows},
                   {{DType::f32, {4, 1, 1}}, Access::whole},
                   {{DType::f32, {5, 1, side, 1}}, Access::rows},
                   {{DType::u8, {1, 4, 1, side}}, Access::whole},
                   {{DType::u8, {4, 1, 1}}, Access::whole}};
    const Op *add = &find_op("add"), *multiply = &find_op("multiply");
    call.program = {DType::f32, {{multiply, {0, 1}}, {add, {5, 2}}, {multiply, {6, 3}}, {add, {7, 4}}}, {8}};
    const Prepared prepared = highway::prepare_pointwise(call);
    ASSERT_TRUE(prepared) << prepared.refusal;
    const auto inputs = random_inputs(call, random);
    expect_same(run_call(call, prepared, inputs)[0], interpret(call, inputs)[0], "side " + std::to_string(side));
  }
}

TEST(HighwayPointwise, DenormalsAreFlushedWhereTheModeSaysSo) {
  const FlushDenormals flush;
  const Call call = one_op("multiply", {Form::full, Form::single}, 1, 20, DType::f32);
  std::vector<Tensor> inputs{Tensor::full(call.inputs[0].type, 1e-30), Tensor::full(call.inputs[1].type, 1e-10)};
  EXPECT_EQ(run_call(call, highway::prepare_pointwise(call), inputs)[0].number(19), 0);
}

TEST(HighwayPointwise, SaysWhatItRefuses) {
  Call call = one_op("add", {Form::full, Form::full}, 8, 4, DType::f32);
  call.block = 2;
  call.inputs[1].access = Access::whole;
  EXPECT_EQ(highway::prepare_pointwise(call).refusal, "an input that is whole where the output is in rows");
  call.inputs[1].access = Access::columns;
  EXPECT_EQ(highway::prepare_pointwise(call).refusal, "an input in columns");
  call.inputs[1] = {{DType::i64, {8, 4}}, Access::rows};
  EXPECT_EQ(highway::prepare_pointwise(call).refusal, "an operand of another dtype");
}

}  // namespace
}  // namespace gradus::testing
