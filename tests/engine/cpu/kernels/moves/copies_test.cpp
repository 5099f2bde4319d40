// Ops that move elements, against their own loops: any dtype, in blocks of any size.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/moves/kernels.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

constexpr DType dtypes[] = {DType::f32, DType::f64, DType::bf16, DType::u8, DType::i32, DType::i64};

Tensor distinct_bytes(const Type& type, std::mt19937& random) {
  Tensor x(type);
  auto* bytes = static_cast<unsigned char*>(x.data());
  for (std::size_t i = 0; i < x.bytes(); ++i) bytes[i] = static_cast<unsigned char>(random());
  return x;
}

/// The call of an op, whole.
Call call_of(const Op& op, const std::vector<Type>& types, const Attrs& attrs) {
  Call call;
  call.op = &op, call.attrs = attrs;
  for (const Type& type : types) call.inputs.push_back({type, Access::whole});
  call.outputs = {{op.infer(types, attrs), Access::whole}};
  call.rows = call.block = 1;
  return call;
}

/// The same in blocks of rows as the op states them; false when it has none.
bool cut(Call& call, std::int64_t block) {
  std::vector<Type> types;
  for (const Operand& input : call.inputs) types.push_back(input.type);
  const auto found = call.op->block(types, Node{call.op, {}, call.attrs, call.outputs[0].type}, {0, 1});
  if (!found) return false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const int axis = found->axes[i];
    if (axis > 1 || (axis == 1 && types[i].shape.rank() != 2)) return false;
    call.inputs[i].access = axis < 0 ? Access::whole : axis == 0 ? Access::rows : Access::columns;
  }
  call.outputs[0].access = Access::rows;
  call.rows = call.outputs[0].type.shape[0], call.block = block;
  return call.rows > 0;
}

/// Whether blocks were tried too.
bool expect_bits(Prepared (*prepare)(const Call&), const Op& op, const std::vector<Tensor>& inputs,
                 const Attrs& attrs) {
  std::vector<Type> types;
  std::vector<ConstView> views;
  for (const Tensor& input : inputs) types.push_back(input.type()), views.push_back(input);
  Call call = call_of(op, types, attrs);
  Tensor expected(call.outputs[0].type);
  op.evaluate(views, expected.view(), attrs);
  const std::string what = std::string(op.name) + " " + print(attrs) + " of " + to_string(types[0]);
  Prepared prepared = prepare(call);
  EXPECT_TRUE(prepared) << what << ": " << prepared.refusal;
  if (!prepared) return false;
  EXPECT_TRUE(same_bits(run_call(call, prepared, inputs)[0], expected)) << what;
  bool blocks = false;
  for (const std::int64_t block : {1, 2, 3, 100}) {
    if (!cut(call, block)) continue;
    prepared = prepare(call);
    if (!prepared) continue;
    blocks = true;
    EXPECT_TRUE(same_bits(run_call(call, prepared, inputs)[0], expected)) << what << " in blocks of " << block;
  }
  return blocks;
}

TEST(Copies, EveryPermutationUpToRankFive) {
  std::mt19937 random(1);
  const std::vector<Shape> shapes{{7},         {3, 5},      {40, 33},     {1, 9},         {4, 1, 6},    {3, 4, 5},
                                  {2, 16, 32}, {33, 2, 34}, {2, 3, 4, 5}, {3, 1, 2, 17},  {2, 5, 4, 8}, {2, 3, 2, 3, 4},
                                  {0, 3},      {2, 0, 3},   {1, 1, 1, 1}, {5, 2, 1, 3, 2}};
  for (const Shape& shape : shapes) {
    Integers order(static_cast<std::size_t>(shape.rank()));
    std::iota(order.begin(), order.end(), 0);
    do {
      for (const DType dtype : dtypes) {
        expect_bits(moves::prepare_copy, transpose_op, {distinct_bytes({dtype, shape}, random)}, {{"order", order}});
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Copies, MatricesIntoColumns) {
  std::mt19937 random(2);
  for (const DType dtype : dtypes) {
    Call call = call_of(transpose_op, {{dtype, {13, 9}}}, {{"order", Integers{1, 0}}});
    const std::vector<Tensor> inputs{distinct_bytes(call.inputs[0].type, random)};
    const Tensor expected = run_call(call, moves::prepare_copy(call), inputs)[0];
    call.inputs[0].access = Access::rows, call.outputs[0].access = Access::columns, call.rows = 13;
    for (const std::int64_t block : {1, 4, 13}) {
      call.block = block;
      EXPECT_TRUE(same_bits(run_call(call, moves::prepare_copy(call), inputs)[0], expected)) << block;
    }
  }
}

Attrs window(Integers start, Integers stop, Integers step) {
  return {{"start", std::move(start)}, {"stop", std::move(stop)}, {"step", std::move(step)}};
}

TEST(Copies, WindowsOfAnyStep) {
  std::mt19937 random(3);
  const std::pair<Shape, Attrs> cases[] = {{{7}, window({1}, {7}, {3})},
                                           {{7}, window({2}, {2}, {1})},
                                           {{5, 8}, window({0, 2}, {5, 6}, {1, 1})},
                                           {{5, 8}, window({1, 0}, {4, 8}, {2, 2})},
                                           {{5, 8, 3}, window({0, 0, 1}, {5, 8, 2}, {1, 3, 1})},
                                           {{5, 2, 40}, window({0, 1, 3}, {5, 2, 37}, {1, 9, 1})},
                                           {{3, 4, 5, 6}, window({0, 1, 0, 2}, {3, 4, 5, 6}, {1, 2, 1, 3})},
                                           {{1, 6}, window({0, 0}, {1, 6}, {std::int64_t{1} << 61, 4})}};
  for (const DType dtype : dtypes) {
    for (const auto& [shape, attrs] : cases) {
      const Tensor x = distinct_bytes({dtype, shape}, random);
      expect_bits(moves::prepare_copy, slice_op, {x}, attrs);
      const Type part = slice_op.infer(std::array{x.type()}, attrs);
      Attrs into = attrs;
      into.set("shape", Integers(shape.begin(), shape.end()));
      expect_bits(moves::prepare_copy, unslice_op, {distinct_bytes(part, random)}, into);
    }
  }
}

TEST(Copies, BroadcastsReshapesAndJoins) {
  std::mt19937 random(4);
  const std::pair<Shape, Integers> broadcasts[] = {{{3}, {4, 3}},
                                                   {{4, 1}, {4, 5}},
                                                   {{}, {6}},
                                                   {{5, 1, 3}, {5, 4, 3}},
                                                   {{1, 2, 1}, {5, 2, 7}},
                                                   {{1}, {0}},
                                                   {{5, 1, 2, 1}, {5, 3, 2, 4}}};
  for (const DType dtype : dtypes) {
    for (const auto& [from, to] : broadcasts) {
      expect_bits(moves::prepare_copy, broadcast_op, {distinct_bytes({dtype, from}, random)}, {{"shape", to}});
    }
    const Tensor x = distinct_bytes({dtype, {5, 6}}, random);
    expect_bits(moves::prepare_copy, reshape_op, {x}, {{"shape", Integers{5, 2, 3}}});
    expect_bits(moves::prepare_copy, reshape_op, {x}, {{"shape", Integers{30}}});
    expect_bits(moves::prepare_copy, reshape_op, {distinct_bytes({dtype, {1, 6}}, random)}, {{"shape", Integers{6}}});
    for (const std::int64_t axis : {0, 1, 2}) {
      std::vector<Tensor> parts;
      for (const std::int64_t size : {4, 1, 0, 7}) {
        parts.push_back(distinct_bytes({dtype, Shape{3, 4, 5}.with(static_cast<int>(axis), size)}, random));
      }
      expect_bits(moves::prepare_copy, concatenate_op, parts, {{"axis", axis}});
    }
  }
}

Tensor draw_indices(DType dtype, const Shape& shape, std::int64_t size, std::mt19937& random) {
  Tensor out(dtype, shape);
  for (std::int64_t i = 0; i < out.count(); ++i)
    out.set(i, static_cast<double>(random() % static_cast<unsigned>(size)));
  return out;
}

struct Indexed {
  Shape x, indices;
  std::int64_t axis;
};

const Indexed indexed[] = {{{9, 5}, {7}, 0},        {{9, 40}, {6, 2}, 0}, {{5, 9, 3}, {4}, 1}, {{5, 9}, {8}, 1},
                           {{3, 2, 9, 16}, {4}, 2}, {{9, 5}, {}, 0},      {{9}, {12}, 0},      {{4, 9, 17}, {2, 3}, 1}};

TEST(Copies, GatherByIndex) {
  std::mt19937 random(5);
  for (const DType dtype : dtypes) {
    for (const DType of_indices : {DType::i32, DType::i64}) {
      for (const auto& [shape, indices, axis] : indexed) {
        const Tensor x = distinct_bytes({dtype, shape}, random);
        const bool blocks = expect_bits(moves::prepare_gather, gather_op,
                                        {x, draw_indices(of_indices, indices, 9, random)}, {{"axis", axis}});
        EXPECT_TRUE(blocks || indices.rank() == 0) << to_string(shape);
      }
    }
  }
}

TEST(Copies, ScatterAddInTheOrderOfTheIndices) {
  std::mt19937 random(6);
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64}) {
    for (const auto& [shape, indices, axis] : indexed) {
      const Tensor at = draw_indices(DType::i64, indices, 4, random);  // several land on each
      const Type x = gather_op.infer(std::array{Type{dtype, shape}, at.type()}, {{"axis", axis}});
      const Tensor dx = is_floating(dtype) ? random_tensor(x, random) : distinct_bytes(x, random);
      const bool blocks = expect_bits(moves::prepare_scatter_add, scatter_add_op, {dx, at},
                                      {{"axis", axis}, {"size", std::int64_t{9}}});
      EXPECT_TRUE(blocks) << to_string(shape);
    }
  }
}

/// More indices than vectors hold, of both dtypes, in blocks that most of them are not of.
TEST(Copies, ScatterAddOfManyIndices) {
  std::mt19937 random(9);
  for (const DType of_indices : {DType::i32, DType::i64}) {
    for (const std::int64_t count : {1, 15, 16, 33, 257}) {
      const Tensor at = draw_indices(of_indices, {count}, 40, random);
      expect_bits(moves::prepare_scatter_add, scatter_add_op, {random_tensor({DType::f32, {count, 20}}, random), at},
                  {{"axis", std::int64_t{0}}, {"size", std::int64_t{40}}});
    }
  }
}

TEST(Copies, OneHot) {
  std::mt19937 random(7);
  for (const DType dtype : {DType::f32, DType::f64, DType::u8, DType::i32, DType::i64}) {
    for (const Shape& shape : {Shape{7}, Shape{5, 3}, Shape{}, Shape{0}}) {
      expect_bits(moves::prepare_one_hot, one_hot_op, {draw_indices(DType::i32, shape, 6, random)},
                  {{"size", std::int64_t{6}}, {"dtype", dtype}});
    }
  }
}

TEST(Copies, RefuseAnIndexBeyondTheAxisAsTheOpDoes) {
  std::mt19937 random(8);
  Tensor at(DType::i64, {5});
  for (const std::int64_t wrong : {9, -1}) {
    at.set(3, static_cast<double>(wrong));
    const Tensor x = random_tensor({DType::f32, {9, 2}}, random), dy = random_tensor({DType::f32, {5, 2}}, random);
    const auto message = [&](Prepared (*prepare)(const Call&), const Op& op, const std::vector<Tensor>& inputs,
                             const Attrs& attrs) -> std::string {
      std::vector<Type> types;
      for (const Tensor& input : inputs) types.push_back(input.type());
      Call call = call_of(op, types, attrs);
      EXPECT_TRUE(cut(call, 2));
      try {
        run_call(call, prepare(call), inputs);
      } catch (const UserError& error) {
        return error.what();
      }
      return "nothing refused";
    };
    const std::string expected = "index " + std::to_string(wrong) + " at element 3";
    const auto has = [&](const std::string& text) { return text.find(expected) != std::string::npos; };
    EXPECT_PRED1(has, message(moves::prepare_gather, gather_op, {x, at}, {{"axis", std::int64_t{0}}}));
    EXPECT_PRED1(has, message(moves::prepare_scatter_add, scatter_add_op, {dy, at},
                              {{"axis", std::int64_t{0}}, {"size", std::int64_t{9}}}));
    EXPECT_PRED1(has,
                 message(moves::prepare_one_hot, one_hot_op, {at}, {{"size", std::int64_t{9}}, {"dtype", DType::f32}}));
  }
}

}  // namespace
}  // namespace gradus::testing
