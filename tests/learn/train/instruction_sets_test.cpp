// What the instructions of a chosen set compute: the same on any machine that has them, and near to the interpreter.
#include "gradus/engine/cpu/kernels/instruction_set.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

/// Images of two classes: bright above, or below.
data::Dataset images(std::int64_t rows) {
  data::Dataset out;
  out.source = "images";
  out.task = data::Task::classification;
  out.class_names = {"above", "below"};
  out.features = Tensor(DType::f32, {rows, 1, 8, 8});
  out.targets = Tensor(DType::i64, {rows});
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t p = 0; p < 64; ++p) {
      const bool bright = (p < 32) == (i % 2 == 0);
      out.features.set(64 * i + p, (bright ? 0.75 : 0.25) + 0.25 * std::sin(static_cast<double>(i * 64 + p)));
    }
    out.targets.set(i, static_cast<double>(i % 2));
  }
  out.has_targets = true;
  return out;
}

/// The weights after some steps.
std::vector<Tensor> trained(const EngineOptions& engine_options, std::string_view net) {
  Engine engine(engine_options);
  TrainOptions options;
  options.optimizer = optim::gradient_descent(0.05);  // Adam makes a step of any rounding
  options.epochs = 2;
  options.batch = 32;
  options.validation = 0;
  const gradus::Run run = train(engine, nn::parse_net(net), images(150), options);
  EXPECT_EQ(run.model.record.computed_by, engine.backend().description());
  std::vector<Tensor> out;
  for (const auto& parameter : run.model.network.parameters) out.push_back(parameter.value);
  return out;
}

void expect_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same_bits(a[i], b[i])) << what << ", parameter " << i;
}

// Products, convolutions, pooling, normalization, softmax; and a net small enough for straight code.
constexpr std::string_view nets[] = {"conv 4 3x3 pad 1, batch_norm relu, maxpool 2x2, flatten, 70 tanh, dropout 0.1, 2",
                                     "flatten, 3 tanh, 2"};

class InstructionSets : public ::testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Here, InstructionSets,
                         ::testing::ValuesIn(instruction_sets().begin(), instruction_sets().end()),
                         [](const auto& of) { return std::to_string(of.index); });

TEST_P(InstructionSets, GiveTheirOwnBitsOnAnyNumberOfThreads) {
  for (const std::string_view net : nets) {
    const auto one = trained({.threads = 1, .isa = GetParam()}, net);
    expect_same(one, trained({.threads = 3, .isa = GetParam()}, net), std::string(GetParam()));
  }
}

TEST_P(InstructionSets, AreNearToTheInterpreter) {
  for (const std::string_view net : nets) {
    const auto here = trained({.threads = 2, .isa = GetParam()}, net), there = trained({.device = "reference"}, net);
    for (std::size_t p = 0; p < here.size(); ++p) {
      for (std::int64_t i = 0; i < here[p].count(); ++i) EXPECT_NEAR(here[p].number(i), there[p].number(i), 2e-5);
    }
  }
}

// Nothing looks at the machine when it runs: the bits stay when Highway sees no more than the set.
TEST(InstructionSets, HideTheRestOfTheMachine) {
  for (const std::string_view net : nets) {
    if (machine_set() < InstructionSet::avx2) GTEST_SKIP() << "one set alone";
    const auto wide = trained({.threads = 2, .isa = "avx2"}, net);
    const testing::UseInstructionSet lesser(HWY_AVX2);
    expect_same(wide, trained({.threads = 2, .isa = "avx2"}, net), "a machine with AVX2 alone");
  }
}

TEST(InstructionSets, OfTwoEnginesAreTheirOwn) {
  const std::vector<std::string_view> sets(instruction_sets().begin(), instruction_sets().end());
  for (const std::string_view net : nets) {
    std::vector<std::vector<Tensor>> first;
    for (const std::string_view set : sets) first.push_back(trained({.threads = 2, .isa = set}, net));
    for (std::size_t i = sets.size(); i-- > 0;) {
      expect_same(first[i], trained({.threads = 2, .isa = sets[i]}, net), std::string(sets[i]));
    }
  }
}

TEST(InstructionSets, AreChosenByNameAndRefused) {
  EXPECT_EQ(find_instruction_set("native"), machine_set());
  EXPECT_EQ(find_instruction_set("portable"), InstructionSet::portable);
  EXPECT_EQ(instruction_sets().back(), name(machine_set()));
  test::expect_refusal(
      Fault::usage, [] { Engine engine({.isa = "avx1"}); }, "isa: found \"avx1\"", "native, portable");
  test::expect_refusal(
      Fault::usage, [] { Engine engine({.device = "reference", .isa = "portable"}); }, "for the device reference");
  if (machine_set() < InstructionSet::amx) {
    test::expect_refusal(
        Fault::usage, [] { Engine engine({.isa = "amx"}); }, "which this machine has not");
  }
}

}  // namespace
}  // namespace gradus
