// Generated loops against the same instructions evaluated one by one.
#include <functional>

#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/programs.hpp"

namespace gradus::testing {
namespace {

std::vector<InstructionSet> sets() {
  std::vector<InstructionSet> found;
  for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
    if (set <= instruction_set()) found.push_back(set);
  }
  return found;
}

std::string name_of(InstructionSet set) { return set == InstructionSet::avx2 ? " on AVX2" : " on AVX-512"; }

/// Whether the call has generated code; a refusal must be one of those that are known.
bool generates(const Prepared& prepared) {
  for (const char* known : {"an op without generated code", "u8 without AVX-512"}) {
    if (prepared.refusal == known) return false;
  }
  EXPECT_TRUE(prepared) << prepared.refusal;
  return static_cast<bool>(prepared);
}

/// 1 when there was code to check.
int check_one_op(const Op& op, const std::vector<Form>& forms, std::int64_t rows, std::int64_t inner, DType dtype,
                 InstructionSet set, std::mt19937& random) {
  const Call call = one_op(op.name, forms, rows, inner, dtype);
  const Prepared prepared = jit::prepare_pointwise(call, set);
  if (!generates(prepared)) return 0;
  const auto inputs = random_inputs(call, random);
  const auto got = run_call(call, prepared, inputs), expected = interpret(call, inputs);
  const std::string what = std::string(op.name) + " " + to_string(call.outputs[0].type) + name_of(set);
  if (is_exact(op.name)) {
    expect_same(got[0], expected[0], what);
    return 1;
  }
  for (std::int64_t i = 0; i < got[0].count(); ++i) {
    const double x = got[0].number(i), y = expected[0].number(i);
    EXPECT_LE(distance(x, y, dtype, op.name.starts_with("gelu") ? 1 : 0), 8) << what << ": " << x << ", not " << y;
  }
  return 1;
}

TEST(AsmjitPointwise, EveryOpInEveryFormAgreesWithItsEvaluation) {
  std::mt19937 random(1);
  const Form all[] = {Form::full, Form::single, Form::row, Form::column};
  for (const InstructionSet set : sets()) {
    int with_code = 0;
    for (const Op& op : pointwise_ops()) {
      int checked = 0;
      for (const DType dtype : {DType::f32, DType::f64}) {
        for (int choice = 0; choice < (op.arity == 1 ? 4 : op.arity == 2 ? 16 : 64); ++choice) {
          std::vector<Form> forms;
          for (int i = 0; i < op.arity; ++i) forms.push_back(all[choice >> (2 * i) & 3]);
          for (const std::int64_t inner : {1, 13, 150})
            checked += check_one_op(op, forms, 3, inner, dtype, set, random);
          if (HasFailure()) return;
        }
      }
      with_code += checked > 0;
    }
    EXPECT_GE(with_code, static_cast<int>(pointwise_ops().size()) - 3);  // sin, cos, power
  }
}

TEST(AsmjitPointwise, EverySizeAgrees) {
  std::mt19937 random(2);
  for (const InstructionSet set : sets()) {
    for (const auto* name : {"add", "where", "exp", "greater", "tanh"}) {
      const Op& op = find_op(name);
      std::vector<std::int64_t> sizes{127, 511, 512, 513, 1025, 4099};
      for (std::int64_t n = 0; n <= 70; ++n) sizes.push_back(n);
      for (const std::int64_t n : sizes) {
        const std::vector<Form> forms(static_cast<std::size_t>(op.arity), Form::full);
        for (const DType dtype : {DType::f32, DType::f64}) check_one_op(op, forms, 1, n, dtype, set, random);
        if (HasFailure()) return;
      }
    }
  }
}

TEST(AsmjitPointwise, RandomProgramsAgreeInBlocksOfAnySize) {
  std::mt19937 random(3);
  int checked = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 20);
    Call call = random_program(random, rows, rows);
    const auto inputs = random_inputs(call, random);
    const auto expected = interpret(call, inputs);
    for (const InstructionSet set : sets()) {
      for (const std::int64_t block : {rows, std::int64_t{3}, std::int64_t{16}}) {
        call.block = block;
        const Prepared prepared = jit::prepare_pointwise(call, set);
        if (!generates(prepared)) continue;
        const auto got = run_call(call, prepared, inputs);
        for (std::size_t o = 0; o < got.size(); ++o) {
          expect_same(got[o], expected[o], "trial " + std::to_string(trial) + name_of(set));
        }
        ++checked;
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GE(checked, sets().empty() ? 0 : 1000);
}

TEST(AsmjitPointwise, OutputsMayLieInTheMemoryOfInputs) {
  std::mt19937 random(4);
  int shared = 0;
  for (int trial = 0; trial < 1500 && !sets().empty(); ++trial) {
    const std::int64_t rows = 1 + static_cast<std::int64_t>(random() % 20);
    const Call call = random_program(random, rows, 1 + static_cast<std::int64_t>(random() % 8));
    const Prepared prepared = jit::prepare_pointwise(call);
    if (!generates(prepared)) continue;
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
    run_blocks(call, prepared, operands);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      std::memcpy(outputs[o].data(), operands[inputs.size() + o], outputs[o].bytes());
      expect_same(outputs[o], expected[o], "trial " + std::to_string(trial));
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(shared, sets().empty() ? -1 : 300);
}

TEST(AsmjitPointwise, WritingPastTheCachesChangesNoBit) {
  std::mt19937 random(6);
  int lines = 0;
  for (const InstructionSet set : sets()) {
    for (const auto* name : {"add", "exp", "greater"}) {
      const Op& op = find_op(name);
      for (const std::int64_t inner : {1, 13, 16, 20, 64, 100, 144}) {
        for (const Form form : {Form::full, Form::row, Form::column}) {  // walked as one run, or row by row
          std::vector<Form> forms(static_cast<std::size_t>(op.arity), Form::full);
          forms.back() = form;
          Call call = one_op(op.name, forms, 9, inner, DType::f32);
          call.block = 4;
          const auto inputs = random_inputs(call, random);
          const Prepared plain = jit::prepare_pointwise(call, set);
          if (!generates(plain)) continue;
          call.outputs[0].crossing = Crossing::leaves;
          const Prepared past = jit::prepare_pointwise(call, set);
          const auto expected = run_call(call, plain, inputs);
          for (const Crossing kind : {Crossing::no, Crossing::leaves, Crossing::read_on}) {
            expect_same(run_call(call, past, inputs, kind)[0], expected[0], std::string(name) + name_of(set));
          }
          lines += inner % 16 == 0;
          if (HasFailure()) return;
        }
      }
    }
  }
  EXPECT_GE(lines, sets().empty() ? 0 : 18);
}

/// Many values that are all needed at the end do not fit in registers.
TEST(AsmjitPointwise, ValuesWithoutARegisterWaitInMemory) {
  std::mt19937 random(5);
  for (const InstructionSet set : sets()) {
    for (const Form form : {Form::full, Form::single, Form::column}) {
      Call call;
      call.rows = call.block = 5;
      const std::int64_t inner = 37;
      call.inputs = {operand(Form::full, 5, inner, DType::f32), operand(form, 5, inner, DType::f32)};
      const Op *add = &find_op("add"), *multiply = &find_op("multiply"), *less = &find_op("less"),
               *where = &find_op("where");
      std::vector<int> kept;
      int next = 2;
      const auto write = [&](const Op* op, std::vector<int> in) {
        call.program.instructions.push_back({op, std::move(in)});
        return next++;
      };
      for (int last = 1, i = 0; i < 20; ++i) {
        last = write(i % 2 ? add : multiply, {last, 1});
        kept.push_back(last);
      }
      int sum = 0;
      for (const int k : kept)
        sum = write(where, {write(less, {k, 0}), write(add, {sum, k}), write(multiply, {sum, k})});
      call.program.outputs = {sum, kept.back()};
      call.outputs = {operand(Form::full, 5, inner, DType::f32), operand(Form::full, 5, inner, DType::f32)};
      const Prepared prepared = jit::prepare_pointwise(call, set);
      ASSERT_TRUE(prepared) << prepared.refusal;
      const auto inputs = random_inputs(call, random, false);
      const auto got = run_call(call, prepared, inputs), expected = interpret(call, inputs);
      for (std::size_t o = 0; o < 2; ++o)
        expect_same(got[o], expected[o], "form " + std::to_string(static_cast<int>(form)));
    }
  }
}

TEST(AsmjitPointwise, InexactOpsDoNotDependOnTheBlockOrThePlaceInAVector) {
  std::mt19937 random(5);
  for (const InstructionSet set : sets()) {
    for (const Op& op : pointwise_ops()) {
      if (is_exact(op.name)) continue;
      Call call = one_op(op.name, std::vector<Form>(static_cast<std::size_t>(op.arity), Form::full), 37, 7, DType::f32);
      const Prepared prepared = jit::prepare_pointwise(call, set);
      if (!generates(prepared)) continue;
      const auto inputs = random_inputs(call, random);
      const auto whole = run_call(call, prepared, inputs);
      for (const std::int64_t block : {1, 3, 16}) {
        call.block = block;
        expect_same(run_call(call, jit::prepare_pointwise(call, set), inputs)[0], whole[0], std::string(op.name));
      }
    }
  }
}

TEST(AsmjitPointwise, BroadcastsOverInnerAxes) {
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
    const Prepared prepared = jit::prepare_pointwise(call);
    if (instruction_set() < InstructionSet::avx512) return;
    ASSERT_TRUE(prepared) << prepared.refusal;
    const auto inputs = random_inputs(call, random);
    expect_same(run_call(call, prepared, inputs)[0], interpret(call, inputs)[0], "side " + std::to_string(side));
  }
}

TEST(AsmjitPointwise, ArraysWithoutARegisterKeepTheirAddressInMemory) {
  std::mt19937 random(8);
  for (const InstructionSet set : sets()) {
    for (const int count : {8, 9, 14, 40}) {
      Call call;
      call.rows = 5, call.block = 2;
      call.outputs = {{{DType::f32, {5, 3, 37}}, Access::rows}, {{DType::f32, {5, 3, 37}}, Access::rows}};
      const Op *add = &find_op("add"), *multiply = &find_op("multiply");
      call.program.dtype = DType::f32;
      for (int i = 0; i < count; ++i) {
        const Operand forms[] = {{{DType::f32, {3, 1}}, Access::whole},
                                 {{DType::f32, {5, 3, 37}}, Access::rows},
                                 {{DType::f32, {5, 3, 1}}, Access::rows},
                                 {{DType::f32, {1, 3, 37}}, Access::whole}};
        call.inputs.push_back(forms[i % 4]);
        if (i > 0) call.program.instructions.push_back({i % 3 ? add : multiply, {i == 1 ? 0 : count + i - 2, i}});
      }
      call.program.outputs = {2 * count - 2, 2 * count - 3};
      const Prepared prepared = jit::prepare_pointwise(call, set);
      ASSERT_TRUE(prepared) << prepared.refusal;
      const auto inputs = random_inputs(call, random);
      const auto got = run_call(call, prepared, inputs), expected = interpret(call, inputs);
      for (std::size_t o = 0; o < 2; ++o) expect_same(got[o], expected[o], std::to_string(count) + name_of(set));
    }
  }
}

TEST(AsmjitPointwise, DenormalsAreFlushedWhereTheModeSaysSo) {
  const FlushDenormals flush;
  for (const InstructionSet set : sets()) {
    const Call call = one_op("multiply", {Form::full, Form::single}, 1, 20, DType::f32);
    const std::vector<Tensor> inputs{Tensor::full(call.inputs[0].type, 1e-30),
                                     Tensor::full(call.inputs[1].type, 1e-10)};
    EXPECT_EQ(run_call(call, jit::prepare_pointwise(call, set), inputs)[0].number(19), 0);
  }
}

TEST(AsmjitPointwise, SaysWhatItRefuses) {
  Call call = one_op("add", {Form::full, Form::full}, 8, 4, DType::f32);
  EXPECT_EQ(jit::prepare_pointwise(call, InstructionSet::portable).refusal, "no AVX2");
  if (sets().empty()) return;
  call.inputs[1].access = Access::columns;
  EXPECT_EQ(jit::prepare_pointwise(call).refusal, "an input in columns");
  call.inputs[1] = {{DType::i64, {8, 4}}, Access::rows};
  EXPECT_EQ(jit::prepare_pointwise(call).refusal, "an operand of another dtype");
  EXPECT_EQ(jit::prepare_pointwise(one_op("sin", {Form::full}, 8, 4, DType::f32)).refusal,
            "an op without generated code");
  EXPECT_EQ(jit::prepare_pointwise(one_op("exp", {Form::full}, 8, 4, DType::f64)).refusal,
            "an op without generated code");
}

}  // namespace
}  // namespace gradus::testing
