// The passes that make a plan: graph text in, plan text out.
#include <gtest/gtest.h>

#include <algorithm>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/cpu/compile/assign_memory.hpp"
#include "gradus/engine/cpu/compile/cut_regions.hpp"
#include "gradus/engine/cpu/compile/fuse.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/compile/sum_images_first.hpp"
#include "gradus/engine/cpu/plan/verify_plan.hpp"

namespace gradus {
namespace {

/// The lines of a plan up to its buffers.
std::string regions(const Plan& plan) {
  const std::string text = print(plan);
  return text.substr(0, text.find("buffer "));
}

/// The lines of a plan's buffers.
std::string buffers(const Plan& plan) {
  const std::string text = print(plan);
  const std::size_t begin = text.find("buffer ");
  return text.substr(begin, text.find("\narena ") + 1 - begin);
}

// y = relu(x W' + b) on 64 rows, then a sum over the rows of it, and the gradient of W from dy.
const char* const layer = R"(slot "w" parameter f32[4,8]
%0 = input {name="x", type=f32[128,8]} : f32[128,8]
%1 = input {name="w", type=f32[4,8]} : f32[4,8]
%2 = input {name="b", type=f32[4]} : f32[4]
%3 = input {name="dy", type=f32[128,4]} : f32[128,4]
%4 = transpose %1 {order=[1,0]} : f32[8,4]
%5 = matmul %0 %4 : f32[128,4]
%6 = add %5 %2 : f32[128,4]
%7 = relu %6 : f32[128,4]
%8 = multiply %7 %3 : f32[128,4]
%9 = transpose %8 {order=[1,0]} : f32[4,128]
%10 = matmul %9 %0 : f32[4,8]
%11 = subtract %1 %10 : f32[4,8]
%12 = sum %8 {axes=[0], keep=0} : f32[4]
next "w" %11
output %12 "db"
)";

TEST(CutRegions, RowsRunThroughAndSumsOverRowsWait) {
  EXPECT_EQ(regions(cut_regions(parse(layer))), R"(region 0
  loop 128 rows by 64
    %5[r] = matmul x[r] w'
    %6[r] = add %5[r] b
    %7[r] = relu %6[r]
    %8[r] = multiply %7[r] dy[r]
    %10 parts[b] = matmul %8'[r] x[r]
    %12 parts[b] = sum %8[r] {axes=[0], keep=0}
region 1
  loop 4 rows by 4
    %10[r] = sum %10 parts[:,r] {axes=[0], keep=0}
    %11[r] = subtract w[r] %10[r]
  loop 4 rows by 4
    %12[r] = sum %12 parts[:,r] {axes=[0], keep=0}
)");
}

TEST(CutRegions, WhatOnlyALaterRegionReadsIsComputedThere) {
  const Plan plan = cut_regions(parse(R"(%0 = input {name="x", type=f32[64,4]} : f32[64,4]
%1 = input {name="w", type=f32[4,4]} : f32[4,4]
%2 = exp %1 : f32[4,4]
%3 = relu %0 : f32[64,4]
%4 = transpose %3 {order=[1,0]} : f32[4,64]
%5 = matmul %4 %0 : f32[4,4]
%6 = add %5 %2 : f32[4,4]
output %6 "y"
)"));
  EXPECT_EQ(regions(plan), R"(region 0
  loop 64 rows by 64
    %3[r] = relu x[r]
region 1
  loop 4 rows by 4
    %2[r] = exp w[r]
    %5[r] = matmul %3'[:,r] x
    %6[r] = add %5[r] %2[r]
)");
}

// Without a product that wants many rows, a few images fill a block; sums over a batch go channel by channel, a
// gradient of few weights in parts of some images.
TEST(CutRegions, ImagesAndTheirChannelsAreSharedByThreads) {
  const Plan plan = cut_regions(parse(R"(%0 = input {name="x", type=f32[64,16,28,28]} : f32[64,16,28,28]
%1 = input {name="w", type=f32[32,16,3,3]} : f32[32,16,3,3]
%2 = conv %0 %1 {dilation=[1,1], groups=1, padding=[1,1], stride=[2,2]} : f32[64,32,14,14]
%3 = mean %2 {axes=[0,2,3], keep=0} : f32[32]
%4 = relu %2 : f32[64,32,14,14]
%5 = conv_weight_grad %0 %4 {dilation=[1,1], groups=1, kernel=[3,3], padding=[1,1], stride=[2,2]} : f32[32,16,3,3]
%6 = subtract %1 %5 : f32[32,16,3,3]
output %6 "z"
output %3 "y"
)"));
  EXPECT_EQ(regions(plan), R"(region 0
  loop 64 rows by 8
    %2[r] = conv x[r] w {dilation=[1,1], groups=1, padding=[1,1], stride=[2,2]}
    %4[r] = relu %2[r]
region 1
  loop 32 rows by 4
    %3[r] = mean %2[:,r] {axes=[0,2,3], keep=0}
  loop 64 rows by 2
    %5 parts[b] = conv_weight_grad x[r] %4[r] {dilation=[1,1], groups=1, kernel=[3,3], padding=[1,1], stride=[2,2]}
region 2
  loop 32 rows by 16
    %5[r] = sum %5 parts[:,r] {axes=[0], keep=0}
    %6[r] = subtract w[r] %5[r]
)");
}

// Of many weights the parts would be more than the images.
TEST(CutRegions, AGradientOfManyWeightsIsSharedByChannels) {
  const Plan plan = cut_regions(parse(R"(%0 = input {name="x", type=f32[64,64,5,5]} : f32[64,64,5,5]
%1 = input {name="dy", type=f32[64,96,5,5]} : f32[64,96,5,5]
%2 = conv_weight_grad %0 %1 {dilation=[1,1], groups=1, kernel=[3,3], padding=[1,1], stride=[1,1]} : f32[96,64,3,3]
output %2 "z"
)"));
  EXPECT_EQ(regions(plan), R"(region 0
  loop 96 rows by 16
    %2[r] = conv_weight_grad x dy[:,r] {dilation=[1,1], groups=1, kernel=[3,3], padding=[1,1], stride=[1,1]}
)");
}

TEST(SumImagesFirst, RowsComeLast) {
  EXPECT_EQ(print(sum_images_first(parse(R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = mean %0 {axes=[0,2,3], keep=0} : f32[3]
%2 = sum %0 {axes=[0,3], keep=1} : f32[1,3,4,1]
%3 = sum %0 {axes=[0,2], keep=0} : f32[3,5]
%4 = sum %0 {axes=[0,1,2,3], keep=0} : f32[]
output %1 "a"
output %2 "b"
output %3 "c"
output %4 "d"
)"))),
            R"(%0 = input {name="x", type=f32[8,3,4,5]} : f32[8,3,4,5]
%1 = sum %0 {axes=[2,3], keep=0} : f32[8,3]
%2 = sum %1 {axes=[0], keep=0} : f32[3]
%3 = constant {value=f32[](160)} : f32[]
%4 = divide %2 %3 : f32[3]
%5 = sum %0 {axes=[3], keep=0} : f32[8,3,4]
%6 = sum %5 {axes=[0], keep=0} : f32[3,4]
%7 = reshape %6 {shape=[1,3,4,1]} : f32[1,3,4,1]
%8 = sum %0 {axes=[0,2], keep=0} : f32[3,5]
%9 = sum %0 {axes=[0,1,2,3], keep=0} : f32[]
output %4 "a"
output %7 "b"
output %8 "c"
output %9 "d"
)");
}

TEST(CutRegions, ValuesOfOneRowRunThroughUncut) {
  EXPECT_EQ(regions(cut_regions(parse(R"(%0 = input {name="x", type=f32[1,8]} : f32[1,8]
%1 = input {name="w", type=f32[8,4]} : f32[8,4]
%2 = matmul %0 %1 : f32[1,4]
%3 = tanh %2 : f32[1,4]
%4 = sum %3 {axes=[0,1], keep=0} : f32[]
output %4 "y"
)"))),
            R"(region 0
  loop 1 rows by 1
    %2 = matmul x w
    %3 = tanh %2
    %4 = sum %3 {axes=[0,1], keep=0}
)");
}

TEST(BlockRows, AreAFunctionOfShapes) {
  EXPECT_EQ(batch_rows(64, 100000), 32);
  EXPECT_EQ(batch_rows(128, 100000), 64);
  EXPECT_EQ(batch_rows(1000, 100000), 64);
  EXPECT_EQ(batch_rows(40, 100000), 16);
  EXPECT_EQ(batch_rows(7, 100000), 7);
  EXPECT_EQ(batch_rows(256, 4096 * 4096), 128);
  EXPECT_EQ(batch_rows(128, 4096 * 4096), 64);
  EXPECT_EQ(tile_rows(128, 784), 16);
  EXPECT_EQ(tile_rows(128, 64), 32);
  EXPECT_EQ(tile_rows(10, 128), 10);
  EXPECT_EQ(tile_rows(1000, 4096), 64);
}

// Where the parts would be more than the rows, tiles of the result read the rows again.
TEST(CutRegions, ALargeProductOverRowsWaitsForAllRows) {
  EXPECT_EQ(regions(cut_regions(parse(R"(slot "w" parameter f32[48,40]
%0 = input {name="x", type=f32[64,48]} : f32[64,48] @ "x"
%1 = input {name="w", type=f32[48,40]} : f32[48,40] @ "w"
%2 = matmul %0 %1 : f32[64,40]
%3 = transpose %0 {order=[1,0]} : f32[48,64]
%4 = matmul %3 %2 : f32[48,40]
next "w" %4
)"))),
            R"(region 0
  loop 64 rows by 32
    %2[r] = matmul x[r] w
region 1
  loop 48 rows by 48
    %4[r] = matmul x'[:,r] %2
)");
}

/// One step of gradient descent of x w on a batch.
std::string descent(std::int64_t rows, std::int64_t length, std::int64_t columns, bool updated = true,
                    bool bf16 = false) {
  Graph g;
  const Value x = g.input("x", {rows, length}, DType::f32),
              w = g.state({.name = "w", .type = {DType::f32, {length, columns}}});
  const Value dy = relu(matmul(x, w));
  g.output("y", dy);
  const Value next = w - matmul(transpose(x), dy);
  if (updated) g.next(w, next);
  else g.output("next", next);
  return regions(cut_regions(bf16 ? lower_products(g) : g));
}

// Threads read what they have written of a large matrix that is updated, and exchange sums of few rows.
TEST(CutRegions, AProductWithALongMatrixThatIsUpdatedIsCutAlongTheSum) {
  EXPECT_EQ(descent(64, 784, 128), R"(region 0
  loop 784 rows by 400
    %2 parts[b] = matmul x[:,r] w[r]
region 1
  loop 64 rows by 16
    %2[r] = sum %2 parts[:,r] {axes=[0], keep=0}
    %3[r] = relu %2[r]
region 2
  loop 784 rows by 16
    %5[r] = matmul x'[:,r] %3
    %6[r] = subtract w[r] %5[r]
)");
  const std::string cut = "parts[b] = matmul x[:,r] w[r]";
  EXPECT_NE(descent(64, 784, 128, true, true).find("parts[b] = matmul %2[:,r] %3[r]"), std::string::npos)
      << descent(64, 784, 128, true, true);
  EXPECT_EQ(descent(64, 784, 128, false).find(cut), std::string::npos) << "nothing updates it";
  EXPECT_EQ(descent(256, 784, 128).find(cut), std::string::npos) << "the parts would be as many numbers";
  EXPECT_EQ(descent(64, 784, 32).find(cut), std::string::npos) << "small";
  EXPECT_EQ(descent(64, 4096, 4096).find(cut), std::string::npos) << "comes from memory anyway";
  EXPECT_EQ(descent(8, 784, 128).find(cut), std::string::npos) << "one block of rows";
}

TEST(CutRegions, AFewRowsThroughALargeMatrixAreCutAlongTheSum) {
  const auto product = [](std::int64_t rows, std::int64_t length, std::int64_t columns) {
    Graph g;
    g.output("y", relu(matmul(g.input("x", {rows, length}, DType::f32), g.input("w", {length, columns}, DType::f32))));
    return regions(cut_regions(g));
  };
  EXPECT_EQ(product(1, 784, 128), R"(region 0
  loop 784 rows by 400
    %2 parts[b] = matmul x[:,r] w[r]
region 1
  loop 1 rows by 1
    %2 = sum %2 parts {axes=[0], keep=0}
    %3 = relu %2
)");
  const std::string cut = "parts[b] = matmul x[:,r] w[r]";
  EXPECT_NE(product(16, 1024, 1024).find(cut), std::string::npos);
  EXPECT_EQ(product(1, 256, 128).find(cut), std::string::npos) << "small";
  EXPECT_EQ(product(16, 200, 2000).find(cut), std::string::npos) << "the parts would be as many numbers";
  EXPECT_EQ(product(1000, 784, 128).find(cut), std::string::npos) << "many blocks of rows";
}

TEST(Fuse, AChainBecomesOneStepAndItsInnerValuesVanish) {
  const Graph graph = parse(layer);
  EXPECT_EQ(regions(fuse(cut_regions(graph), graph)), R"(region 0
  loop 128 rows by 64
    %5[r] = matmul x[r] w'
    %8[r] = fused(add i0 i1; relu t0; multiply t1 i2) %5[r] b dy[r]
    %10 parts[b] = matmul %8'[r] x[r]
    %12 parts[b] = sum %8[r] {axes=[0], keep=0}
region 1
  loop 4 rows by 4
    %10[r] = sum %10 parts[:,r] {axes=[0], keep=0}
    %11[r] = fused(subtract i0 i1) w[r] %10[r]
  loop 4 rows by 4
    %12[r] = sum %12 parts[:,r] {axes=[0], keep=0}
)");
}

TEST(Fuse, AValueThatOthersReadLeavesTheChain) {
  const Graph graph = parse(R"(%0 = input {name="x", type=f64[8,3]} : f64[8,3]
%1 = exp %0 : f64[8,3]
%2 = sum %1 {axes=[1], keep=1} : f64[8,1]
%3 = divide %1 %2 : f64[8,3]
%4 = less %3 %0 : u8[8,3]
%5 = cast %4 {dtype=f64} : f64[8,3]
output %5 "y"
)");
  EXPECT_EQ(regions(fuse(cut_regions(graph), graph)), R"(region 0
  loop 8 rows by 8
    %1[r] = fused(exp i0) x[r]
    %2[r] = sum %1[r] {axes=[1], keep=1}
    %5[r] = fused(divide i0 i1; less t0 i2; cast t1) %1[r] %2[r] x[r]
)");
}

TEST(AssignMemory, StateInPlaceLocalsAndArena) {
  const Graph graph = parse(layer);
  const Plan plan = assign_memory(fuse(cut_regions(graph), graph), graph);
  verify(plan);
  EXPECT_EQ(buffers(plan), R"(buffer x : f32[128,8] input 4096 bytes
buffer w : f32[4,8] input 128 bytes
buffer b : f32[4] input 16 bytes
buffer dy : f32[128,4] input 2048 bytes
buffer %5 : f32[128,4] local 1024 bytes at 0
buffer %8 : f32[128,4] local 1024 bytes at 1024
buffer %10 : f32[4,8] local 128 bytes at 0
buffer w : f32[4,8] output 128 bytes in place of w
buffer db : f32[4] output 16 bytes
buffer %10 parts : f32[2,4,8] arena 256 bytes at 0 regions 0..1
buffer %12 parts : f32[2,4] arena 32 bytes at 256 regions 0..1
)");
}

TEST(VerifyPlan, FindsWhatIsBroken) {
  const Graph graph = parse(layer);
  const Plan good = assign_memory(fuse(cut_regions(graph), graph), graph);
  const auto broken = [&](const std::function<void(Plan&)>& breaking) {
    Plan plan = good;
    breaking(plan);
    try {
      verify(plan);
    } catch (const InternalError& error) {
      return std::string(error.what());
    }
    return std::string("nothing found");
  };
  EXPECT_EQ(broken([](Plan& p) { std::swap(p.regions[0], p.regions[1]); }),
            "plan: w overwrites a value that is still read");
  EXPECT_EQ(broken([](Plan& p) { p.regions[0].loops[0].steps.pop_back(); }), "plan: %12 parts is never written");
  EXPECT_EQ(broken([](Plan& p) { p.regions[0].loops[0].steps.push_back(p.regions[0].loops[0].steps[0]); }),
            "plan: %5 is written twice");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[5].offset = 0; }), "plan: %5 overlaps %8");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[9].offset = 96; }), "plan: %10 parts lies outside of its memory");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[2].home = Home::constant; }), "plan: b has no literal of its type");
  const auto written = [](Plan& p) -> int& { return p.regions[1].loops[1].steps[0].operands[1]; };  // db
  EXPECT_EQ(broken([&](Plan& p) { written(p) = 2; }), "plan: b is an input, but written");
  EXPECT_EQ(broken([&](Plan& p) {
              p.buffers[2].home = Home::constant;
              p.buffers[2].literal = std::make_shared<const Tensor>(p.buffers[2].type);
              written(p) = 2;
            }),
            "plan: b is a literal, but written");
  EXPECT_EQ(broken([&](Plan& p) { written(p) = 0; }), "plan: x is taken for f32[4]");
  EXPECT_EQ(broken([&](Plan& p) { written(p) = 11; }), "plan: an operand is no buffer");
  EXPECT_EQ(broken([](Plan& p) { p.regions[0].loops[0].steps[0].operands.pop_back(); }),
            "plan: a step has other operands than its call");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[4].bytes = 1020; }), "plan: %5 is smaller than what a step touches");
  EXPECT_EQ(broken([](Plan& p) { p.regions[0].loops[0].rows = 127; }), "plan: x does not fit the blocks of its loop");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[8].in_place_of = 2; }), "plan: db overwrites what is not its old value");
  EXPECT_EQ(broken([](Plan& p) { p.buffers[8].slot = p.buffers[2].slot, p.buffers[8].in_place_of = 2; }),
            "nothing found");
  // The update of w moved before the product that still reads the old w.
  EXPECT_EQ(broken([](Plan& p) {
              std::swap(p.regions[0].loops[0].steps[0].operands[1], p.regions[1].loops[0].steps[0].operands[1]);
            }).substr(0, 6),
            "plan: ");
}

/// "name crossing" of every output that is not local.
std::string crossings(const Plan& plan) {
  std::string out;
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        for (std::size_t o = 0; o < step.call.outputs.size(); ++o) {
          const Buffer& buffer = plan.buffers[static_cast<std::size_t>(step.operands[step.call.inputs.size() + o])];
          if (buffer.home == Home::local) continue;
          const Crossing crossing = step.call.outputs[o].crossing;
          out += buffer.name + (crossing == Crossing::no       ? " stays\n"
                                : crossing == Crossing::leaves ? " leaves\n"
                                                               : " is read on\n");
        }
      }
    }
  }
  return out;
}

TEST(Lower, TellsWhatOtherThreadsRead) {
  EXPECT_EQ(crossings(compile(parse(layer), {.own_order = false})), R"(%10 parts leaves
%12 parts leaves
w leaves
db stays
)");
  EXPECT_EQ(crossings(compile(parse(R"(slot "w" parameter f32[64,512]
slot "m" moment f32[64,512] of "w"
%0 = input {name="x", type=f32[1024,64]} : f32[1024,64]
%1 = input {name="w", type=f32[64,512]} : f32[64,512]
%2 = input {name="m", type=f32[64,512]} : f32[64,512]
%3 = matmul %0 %1 : f32[1024,512]
%4 = relu %3 : f32[1024,512]
%5 = input {name="v", type=f32[512,8]} : f32[512,8]
%6 = transpose %0 {order=[1,0]} : f32[64,1024]
%7 = matmul %6 %4 : f32[64,512]
%8 = add %2 %7 : f32[64,512]
%9 = subtract %1 %8 : f32[64,512]
%10 = matmul %4 %5 : f32[1024,8]
next "m" %8
next "w" %9
output %10 "y"
)"))),
            R"(%4 is read on
y stays
m stays
w leaves
)");
}

TEST(Compile, RefusesAGraphWithoutOutputs) { EXPECT_THROW(compile(Graph{}), UserError); }

TEST(Compile, DumpsEveryPassByName) {
  std::vector<std::string> names;
  CompileOptions options;
  options.dump = [&](const std::string& name, const std::string&, bool) { names.push_back(name); };
  compile(parse(layer), options);
  for (const char* name : {"fold_constants", "simplify", "merge_duplicates", "drop_unused", "cut_regions", "fuse",
                           "assign_memory", "lower"}) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end()) << name;
  }
}

}  // namespace
}  // namespace gradus
