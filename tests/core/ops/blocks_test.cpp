// The blocks that ops state: put together they are the whole evaluation, bit for bit.
#include "gradus/core/ops/blocks.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/random.hpp"
#include "tests/support/numbers.hpp"

namespace gradus {
namespace {

/// Entries first .. first + count of axis `axis` of x.
Tensor part_of(ConstView x, int axis, Rows rows) {
  Tensor out(Type{x.dtype(), x.shape().with(axis, rows.count)});
  std::size_t outer = 1, inner = size_of(x.dtype());
  for (int i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(x.shape()[i]);
  for (int i = axis + 1; i < x.shape().rank(); ++i) inner *= static_cast<std::size_t>(x.shape()[i]);
  const std::size_t run = static_cast<std::size_t>(rows.count) * inner;
  for (std::size_t i = 0; i < outer && run > 0; ++i) {
    const std::size_t from =
        (i * static_cast<std::size_t>(x.shape()[axis]) + static_cast<std::size_t>(rows.first)) * inner;
    std::memcpy(static_cast<std::byte*>(out.data()) + i * run, static_cast<const std::byte*>(x.data()) + from, run);
  }
  return out;
}

std::vector<Type> types_of(const test::Case& c) {
  std::vector<Type> types;
  for (const Binding& binding : c.bindings) types.push_back(binding.value.type());
  return types;
}

std::optional<Block> block_of(const test::Case& c, Rows rows) {
  return c.y.op().block ? c.y.op().block(types_of(c), c.y.node(), rows) : std::nullopt;
}

Tensor evaluate(const Op& op, const std::vector<Tensor>& inputs, const Type& type, const Attrs& attrs) {
  std::vector<ConstView> views(inputs.begin(), inputs.end());
  Tensor out(type);
  std::memset(out.data(), 0x5a, out.bytes());
  op.evaluate(views, out.view(), attrs);
  return out;
}

/// The whole evaluation against its blocks of `size` rows, the last as short as it must be.
void expect_blocks(const test::Case& c, std::int64_t size) {
  SCOPED_TRACE("blocks of " + std::to_string(size));
  const Node& node = c.y.node();
  std::vector<Tensor> inputs;
  for (const Binding& binding : c.bindings) inputs.push_back(binding.value);
  const Tensor whole = evaluate(*node.op, inputs, node.type, node.attrs);
  for (std::int64_t first = 0; first < node.type.shape[0]; first += size) {
    const Rows rows{first, std::min(size, node.type.shape[0] - first)};
    const auto block = block_of(c, rows);
    ASSERT_TRUE(block) << "whether there are blocks depends on the rows";
    ASSERT_EQ(block->axes.size(), inputs.size());
    std::vector<Tensor> parts;
    std::vector<Type> types;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const int axis = block->axes[i];
      if (axis != Block::whole) {
        ASSERT_EQ(inputs[i].shape()[axis], node.type.shape[0]);
      }
      parts.push_back(axis == Block::whole ? inputs[i] : part_of(inputs[i], axis, rows));
      types.push_back(parts.back().type());
    }
    const Type expected{node.type.dtype, node.type.shape.with(0, rows.count)};
    ASSERT_EQ(node.op->infer(types, block->attrs), expected);
    EXPECT_TRUE(same_bits(evaluate(*node.op, parts, expected, block->attrs), part_of(whole, 0, rows)))
        << "rows from " << first;
  }
}

void expect_blocks(const test::Case& c) {
  if (!block_of(c, {0, 1})) return;
  for (std::int64_t size = 1; size <= c.y.shape()[0]; ++size) expect_blocks(c, size);
}

class EveryOpInBlocks : public testing::TestWithParam<const Op*> {};

INSTANTIATE_TEST_SUITE_P(, EveryOpInBlocks, testing::ValuesIn(all_ops().begin(), all_ops().end()),
                         [](const auto& param) { return std::string(param.param->name); });

TEST_P(EveryOpInBlocks, GivesTheBitsOfTheWhole) {
  const Op& op = *GetParam();
  if (!op.samples) return;
  for (const DType floating : {DType::f64, DType::f32}) {
    for (const Sample& sample : op.samples()) {
      SCOPED_TRACE(print(sample.attrs));
      expect_blocks(test::make_case(op, sample, floating));
    }
  }
}

TEST_P(EveryOpInBlocks, HasBlocksWhereItSaysSo) {
  const Op& op = *GetParam();
  if (!op.samples) {
    EXPECT_EQ(op.block, nullptr);
    return;
  }
  bool any = false;
  for (const Sample& sample : op.samples()) {
    const test::Case c = test::make_case(op, sample);
    if (c.y.shape().rank() == 0) {
      EXPECT_FALSE(block_of(c, {0, 1}));
    }
    any = any || block_of(c, {0, 1});
  }
  EXPECT_EQ(any, op.block != nullptr);
}

struct More {
  const Op* op;
  std::vector<SampleInput> inputs;
  Attrs attrs;
  std::vector<int> axes;  // that a block reads; empty: it has none
};

SampleInput indices(Shape shape, double last) { return {shape, 0, last, DType::i64}; }

/// What samples do not have: by shapes and attributes, with the axes that a block must read.
std::vector<More> more() {
  constexpr int whole = Block::whole;
  const auto order = [](Integers axes) { return Attrs{{"order", std::move(axes)}}; };
  const auto shape = [](Integers sizes) { return Attrs{{"shape", std::move(sizes)}}; };
  const auto window = [](Integers start, Integers stop, Integers step) {
    return Attrs{{"start", std::move(start)}, {"stop", std::move(stop)}, {"step", std::move(step)}};
  };
  const auto along = [](std::int64_t axis) { return Attrs{{"axis", axis}}; };
  const auto sizes = [](std::int64_t axis, std::int64_t size) { return Attrs{{"axis", axis}, {"size", size}}; };
  const auto over = [](Integers axes) { return Attrs{{"axes", std::move(axes)}, {"keep", std::int64_t{0}}}; };
  Attrs into = window({0, 1}, {5, 4}, {1, 2}), far = window({2, 0}, {7, 3}, {1, 1});
  into.set("shape", Integers{5, 4}), far.set("shape", Integers{9, 3});
  return {
      {&matmul_op, {{{5, 3, 4}}, {{5, 4, 2}}}, {}, {0, 0}},
      {&matmul_op, {{{5, 3, 4}}, {{4, 2}}}, {}, {0, whole}},
      {&matmul_op, {{{3, 4}}, {{5, 4, 2}}}, {}, {whole, 0}},
      {&matmul_op, {{{5, 1, 3, 4}}, {{1, 2, 4, 2}}}, {}, {0, whole}},
      {&matmul_op, {{{5, 2, 3, 4}}, {{2, 4, 2}}}, {}, {0, whole}},
      {&transpose_op, {{{5, 3, 4}}}, order({0, 2, 1}), {0}},
      {&transpose_op, {{{5, 3, 4}}}, order({1, 0, 2}), {1}},
      {&transpose_op, {{{5, 3, 4}}}, order({2, 0, 1}), {2}},
      {&reshape_op, {{{5, 6}}}, shape({5, 2, 3}), {0}},
      {&reshape_op, {{{5, 2, 3}}}, shape({5, 6}), {0}},
      {&reshape_op, {{{1, 6}}}, shape({6}), {1}},
      {&reshape_op, {{{5, 6}}}, shape({6, 5}), {}},
      {&reshape_op, {{{5, 6}}}, shape({30}), {}},
      {&broadcast_op, {{{5, 1}}}, shape({5, 3}), {0}},
      {&broadcast_op, {{{1, 3}}}, shape({5, 3}), {whole}},
      {&broadcast_op, {{{5, 1, 2}}}, shape({5, 3, 2}), {0}},
      {&slice_op, {{{5, 6}}}, window({0, 1}, {5, 6}, {1, 2}), {0}},
      {&slice_op, {{{5, 6}}}, window({1, 0}, {5, 6}, {1, 1}), {}},
      {&slice_op, {{{1, 6}}}, window({0, 1}, {1, 6}, {9, 2}), {0}},
      {&unslice_op, {{{5, 2}}}, into, {0}},
      {&unslice_op, {{{5, 3}}}, far, {}},
      {&concatenate_op, {{{5, 2}}, {{5, 3}}}, along(1), {0, 0}},
      {&concatenate_op, {{{5, 2}}, {{3, 2}}}, along(0), {}},
      {&gather_op, {{{4, 3}}, indices({5}, 3)}, along(0), {whole, 0}},
      {&gather_op, {{{4, 3}}, indices({5, 2}, 3)}, along(0), {whole, 0}},
      {&gather_op, {{{5, 4, 3}}, indices({6}, 3)}, along(1), {0, whole}},
      {&scatter_add_op, {{{7, 3}}, indices({7}, 4)}, sizes(0, 5), {whole, whole}},
      {&scatter_add_op, {{{7, 2, 3}}, indices({7, 2}, 4)}, sizes(0, 5), {whole, whole}},
      {&scatter_add_op, {{{5, 7, 3}}, indices({7}, 3)}, sizes(1, 4), {0, whole}},
      {&find_op("sum"), {{{5, 4, 3}}}, over({1}), {0}},
      {&find_op("sum"), {{{4, 5}}}, over({0}), {1}},
      {&find_op("sum"), {{{4, 5, 3}}}, over({0, 2}), {1}},
      {&find_op("softmax"), {{{4, 5}}}, along(0), {}},
      {&find_op("argmax"), {{{4, 5}}}, along(0), {1}},
  };
}

TEST(Blocks, ReadTheAxesThatTheRowsFollowFrom) {
  for (const More& of : more()) {
    const test::Case c = test::make_case(*of.op, {of.inputs, of.attrs});
    SCOPED_TRACE(std::string(of.op->name) + " " + print(of.attrs) + " to " + to_string(c.y.type()));
    const auto block = block_of(c, {0, 1});
    ASSERT_EQ(block.has_value(), !of.axes.empty());
    if (!block) continue;
    EXPECT_EQ(block->axes, of.axes);
    expect_blocks(c);
  }
}

/// An index that lies in another block's rows is no error, and one beyond all rows is one in every block.
TEST(Blocks, OfScatterAddRefuseIndicesBeyondAllRows) {
  const test::Case c = test::make_case(
      scatter_add_op, {{{{3, 2}}, indices({3}, 0)}, {{"axis", std::int64_t{0}}, {"size", std::int64_t{6}}}});
  const Attrs attrs = block_of(c, {2, 2})->attrs;
  const Tensor x = c.bindings[0].value;
  Tensor at(DType::i64, {3});
  for (const std::int64_t index : {5, 0, 2}) {
    at.set(0, static_cast<double>(index));
    evaluate(scatter_add_op, {x, at}, {DType::f64, {2, 2}}, attrs);
  }
  for (const std::int64_t index : {6, -1}) {
    at.set(0, static_cast<double>(index));
    EXPECT_THROW(evaluate(scatter_add_op, {x, at}, {DType::f64, {2, 2}}, attrs), UserError) << index;
  }
}

}  // namespace
}  // namespace gradus
