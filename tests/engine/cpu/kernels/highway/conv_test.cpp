// Convolutions against the ops' own loops.
#include "gradus/core/ops/conv.hpp"

#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {
namespace {

struct Case {
  Shape x, w;
  Integers stride, padding, dilation;
  std::int64_t groups = 1;
};

const Case cases[] = {
    {{3, 1, 28, 28}, {6, 1, 5, 5}, {1, 1}, {2, 2}, {1, 1}},
    {{2, 6, 14, 14}, {16, 6, 5, 5}, {1, 1}, {0, 0}, {1, 1}},
    {{2, 3, 9, 17}, {20, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{2, 4, 11, 13}, {6, 2, 3, 2}, {2, 3}, {1, 2}, {1, 1}, 2},
    {{1, 2, 12, 40}, {9, 2, 2, 4}, {1, 2}, {3, 0}, {3, 2}},
    {{1, 2, 7, 70}, {3, 2, 7, 7}, {1, 1}, {3, 3}, {1, 1}},
    {{3, 8, 5, 5}, {32, 8, 1, 1}, {1, 1}, {0, 0}, {1, 1}},
    {{2, 5, 6, 6}, {5, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, 5},
    {{2, 3, 4, 3}, {2, 3, 2, 2}, {5, 7}, {0, 0}, {1, 1}},
    {{1, 1, 3, 3}, {1, 1, 3, 3}, {1, 1}, {4, 4}, {1, 1}},
    {{2, 17, 4, 3}, {33, 17, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{5, 3, 50}, {7, 3, 9}, {1}, {4}, {1}},
    {{2, 2, 31}, {18, 1, 6}, {3}, {2}, {2}, 2},
    {{2, 3, 28, 28}, {10, 3, 3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{2, 5, 33, 70}, {4, 5, 1, 1}, {2, 2}, {0, 0}, {1, 1}},
    {{2, 16, 9, 7}, {40, 16, 3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{1, 4, 13, 37}, {6, 2, 3, 5}, {3, 2}, {2, 3}, {2, 1}, 2},
    {{1, 2, 8, 34}, {3, 2, 2, 2}, {2, 2}, {0, 1}, {2, 2}},
    {{2, 17, 15, 29}, {5, 17, 1, 1}, {3, 3}, {0, 0}, {1, 1}},
    {{3, 5, 28, 28}, {17, 5, 3, 3}, {2, 2}, {1, 1}, {1, 1}},
    {{1, 1, 9, 66}, {3, 1, 1, 1}, {2, 2}, {0, 0}, {1, 1}},
    {{2, 16, 28, 28}, {16, 16, 3, 3}, {1, 1}, {1, 1}, {1, 1}},
    {{1, 3, 5, 31}, {32, 3, 5, 7}, {2, 2}, {2, 3}, {1, 1}},
    {{70, 1, 3, 3}, {2, 1, 2, 2}, {1, 1}, {0, 0}, {1, 1}},
    {{200, 2, 4}, {20, 2, 3}, {1}, {1}, {1}},
};

struct Built {
  Call call;
  std::vector<Tensor> inputs;
  Tensor expected;
};

/// Op `which` of the family, with the values that its own loops give in f64.
Built build(const Case& of, int which, DType dtype, std::mt19937& random) {
  Attrs attrs{{"stride", of.stride}, {"padding", of.padding}, {"dilation", of.dilation}, {"groups", of.groups}};
  const auto spatial = [](const Shape& shape) { return Integers(shape.begin() + 2, shape.end()); };
  const Type given[] = {{dtype, of.x}, {dtype, of.w}};
  const Shape y = conv_op.infer(Types(given), attrs).shape;
  if (which == 1) attrs.set("size", spatial(of.x));
  if (which == 2) attrs.set("kernel", spatial(of.w));
  const Shape shapes[][3] = {{of.x, of.w, y}, {y, of.w, of.x}, {of.x, y, of.w}};
  const Access access[][3] = {{Access::rows, Access::whole, Access::rows},
                              {Access::rows, Access::whole, Access::rows},
                              {Access::whole, Access::whole, Access::whole}};
  Built out;
  out.call.op = conv_ops()[static_cast<std::size_t>(which)];
  out.call.attrs = attrs;
  out.call.rows = out.call.block = which == 2 ? 1 : of.x[0];
  std::vector<Tensor> wide;
  std::uniform_real_distribution<float> uniform(-1, 1);
  for (int i = 0; i < 2; ++i) {
    Tensor x(DType::f64, shapes[which][i]);
    for (std::int64_t e = 0; e < x.count(); ++e) x.set(e, uniform(random));
    out.call.inputs.push_back({{dtype, x.shape()}, access[which][i]});
    out.inputs.push_back(x.cast(dtype));
    wide.push_back(std::move(x));
  }
  out.call.outputs.push_back({{dtype, shapes[which][2]}, access[which][2]});
  out.expected = Tensor(DType::f64, shapes[which][2]);
  const ConstView views[] = {wide[0], wide[1]};
  out.call.op->evaluate(Views(views), out.expected.view(), attrs);
  return out;
}

void expect_near(const Tensor& got, const Tensor& expected, DType dtype, const std::string& what) {
  double largest = 1;
  for (double x : expected.numbers()) largest = std::max(largest, std::abs(x));
  for (std::int64_t i = 0; i < got.count(); ++i) {
    ASSERT_NEAR(got.number(i), expected.number(i), largest * (dtype == DType::f32 ? 4e-6 : 8e-15))
        << what << ", element " << i;
  }
}

TEST(HighwayConv, AgreesWithTheOpsInBlocksOfAnySize) {
  std::mt19937 random(1);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Case& of : cases) {
      for (int which = 0; which < 3; ++which) {
        for (DType dtype : {DType::f32, DType::f64}) {
          Built built = build(of, which, dtype, random);
          const std::string what = std::string(built.call.op->name) + " of " + to_string(of.x) + " and " +
                                   to_string(of.w) + ", " + std::string(name(dtype)) + " on " + hwy::TargetName(set);
          Prepared prepared = highway::prepare_conv(built.call);
          ASSERT_TRUE(prepared) << what << ": " << prepared.refusal;
          const Tensor whole = run_call(built.call, prepared, built.inputs)[0];
          expect_near(whole, built.expected, dtype, what);
          if (HasFatalFailure()) return;
          if (which == 2) {  // blocks of output channels
            if (of.groups != 1) continue;
            built.call.rows = of.w[0];
            built.call.inputs[1].access = Access::columns, built.call.outputs[0].access = Access::rows;
          }
          for (const std::int64_t block : {1, 2, 16}) {
            built.call.block = block;
            prepared = highway::prepare_conv(built.call);
            ASSERT_TRUE(prepared) << what << ": " << prepared.refusal;
            EXPECT_TRUE(same_bits(run_call(built.call, prepared, built.inputs)[0], whole)) << what;
          }
        }
      }
    }
  }
}

// Sums of one number an image show the tree: leaves in order, then leaves in pairs.
TEST(HighwayConv, SumsImagesOverLeaves) {
  constexpr std::int64_t images = 3 * rows_per_leaf + 5;
  Built built = [&] {
    std::mt19937 random(2);
    return build({{images, 1, 1, 1}, {1, 1, 1, 1}, {1, 1}, {0, 0}, {1, 1}}, 2, DType::f32, random);
  }();
  std::vector<float> leaves;
  for (std::int64_t i = 0; i < images; ++i) {
    if (i % rows_per_leaf == 0) leaves.push_back(0);
    const auto at = static_cast<std::size_t>(i);
    leaves.back() = std::fma(built.inputs[0].as<float>()[at], built.inputs[1].as<float>()[at], leaves.back());
  }
  const float expected = (leaves[0] + leaves[1]) + (leaves[2] + leaves[3]);
  if (instruction_sets()[0] != HWY_AVX3 && instruction_sets()[0] != HWY_AVX2) GTEST_SKIP() << "may round twice";
  const Prepared prepared = highway::prepare_conv(built.call);
  EXPECT_EQ(run_call(built.call, prepared, built.inputs)[0].as<float>()[0], expected);
}

// A part of the gradient by the weights is that of the block's images alone.
TEST(HighwayConv, LeavesAPartForEachBlock) {
  std::mt19937 random(4);
  const Case of{{5, 3, 6, 7}, {4, 3, 3, 3}, {1, 1}, {1, 1}, {1, 1}};
  Built built = build(of, 2, DType::f32, random);
  Call& call = built.call;
  call.rows = 5, call.block = 2;
  for (Operand& input : call.inputs) input.access = Access::rows;
  call.outputs[0] = {{DType::f32, {3, 4, 3, 3, 3}}, Access::part};
  const Prepared prepared = highway::prepare_conv(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  Tensor parts(call.outputs[0].type);
  std::vector<std::byte> scratch(prepared.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  for (std::int64_t block = 2; block >= 0; --block) {
    std::byte* const at[] = {block_start(call.inputs[0], built.inputs[0].data(), 2 * block),
                             block_start(call.inputs[1], built.inputs[1].data(), 2 * block),
                             reinterpret_cast<std::byte*>(parts.as<float>().data() + block * built.expected.count())};
    prepared.run(prepared.state.get(), Frame{at, 2 * block, std::min<std::int64_t>(2, 5 - 2 * block), aligned});
  }
  Tensor sum(built.expected.type());
  for (std::int64_t i = 0; i < parts.count(); ++i) {
    const std::int64_t element = i % sum.count();
    sum.set(element, sum.number(element) + parts.number(i));
  }
  expect_near(sum, built.expected, DType::f32, "the sum of the parts");
  EXPECT_NE(parts.number(0), 0);
  EXPECT_NE(parts.number(2 * sum.count()), 0) << "the last, shorter block";
}

TEST(HighwayConv, RefusesWhatItCannotDo) {
  std::mt19937 random(3);
  Built built = build(cases[0], 2, DType::f32, random);
  built.call.rows = 3, built.call.block = 1;
  for (Operand& input : built.call.inputs) input.access = Access::rows;
  built.call.outputs[0].access = Access::rows;
  EXPECT_FALSE(highway::prepare_conv(built.call));
  Built none = build({{0, 1, 3, 3}, {2, 1, 2, 2}, {1, 1}, {0, 0}, {1, 1}}, 0, DType::f32, random);
  EXPECT_NE(highway::prepare_conv(none.call).refusal.find("nothing"), std::string::npos);
}

}  // namespace
}  // namespace gradus::testing
