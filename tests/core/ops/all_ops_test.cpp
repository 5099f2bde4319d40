// Every op in every sample that it states: the shape rule, evaluation, text form, facts, and gradients of orders 1
// and 2.
#include "gradus/core/ops/all.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "tests/support/numbers.hpp"

namespace gradus {
namespace {

using test::Case;
using test::make_case;

class EveryOp : public testing::TestWithParam<const Op*> {
 protected:
  const Op& op() const { return *GetParam(); }
  /// Calls f(case, sample) for every sample in `floating`.
  template <class F> void for_each_sample(F&& f, DType floating = DType::f64) const {
    if (!op().samples) return;
    const auto samples = op().samples();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      SCOPED_TRACE("sample " + std::to_string(i) + " " + print(samples[i].attrs));
      Case c = make_case(op(), samples[i], floating);
      f(c, samples[i]);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(, EveryOp, testing::ValuesIn(all_ops().begin(), all_ops().end()),
                         [](const auto& param) { return std::string(param.param->name); });

bool same_numbers(ConstView a, ConstView b) {
  if (!(a.type() == b.type())) return false;
  for (std::int64_t i = 0; i < a.count(); ++i) {
    if (test::difference(a.number(i), b.number(i)) != 0) return false;
  }
  return true;
}

/// The op's own evaluation, over memory that held `before`.
Tensor evaluate(const Case& c, unsigned char before = 0) {
  std::vector<ConstView> in;
  for (const Binding& binding : c.bindings) in.push_back(binding.value);
  Tensor out(c.y.type());
  std::memset(out.data(), before, out.bytes());
  c.y.op().evaluate(in, out.view(), c.y.node().attrs);
  return out;
}

TEST_P(EveryOp, StatesItsFacts) {
  const bool leaf = &op() == &input_op || &op() == &constant_op;
  EXPECT_TRUE(op().doc.ends_with(".")) << op().doc;
  EXPECT_NE(op().infer, nullptr);
  EXPECT_EQ(&find_op(op().name), &op()) << "another op has the name";
  if (leaf) return;
  EXPECT_NE(op().evaluate, nullptr);
  ASSERT_NE(op().samples, nullptr);
  EXPECT_GE(op().samples().size(), 2u);
  EXPECT_EQ(op().derive == nullptr, op().rule.empty()) << "a rule exactly where there is a derivative";
  bool with_empty = op().name == "matmul" || !op().samples()[0].inputs.size();
  for_each_sample([&](Case& c, const Sample&) {
    with_empty = with_empty || c.y.shape().count() == 0;
    for (const Binding& binding : c.bindings) with_empty = with_empty || binding.value.count() == 0;
  });
  EXPECT_TRUE(with_empty) << "no sample of size 0";
}

TEST_P(EveryOp, EvaluatesToTheInferredTypeWhateverMemoryHeld) {
  for (DType floating : {DType::f64, DType::f32}) {
    for_each_sample(
        [&](Case& c, const Sample&) {
          const Tensor y = evaluate(c, 0);
          EXPECT_TRUE(same_bits(y, evaluate(c, 0xff)));
          EXPECT_TRUE(same_numbers(y, interpret(std::vector{c.y}, c.bindings)[0]));
          for (std::int64_t i = 0; i < y.count(); ++i) EXPECT_FALSE(std::isnan(y.number(i)));
        },
        floating);
  }
}

TEST_P(EveryOp, AgreesInF32AndF64) {
  if (op().traits.random || !op().samples) return;  // other words are drawn for f32
  for (const Sample& sample : op().samples()) {
    const Tensor wide = evaluate(make_case(op(), sample, DType::f64)),
                 narrow = evaluate(make_case(op(), sample, DType::f32));
    ASSERT_EQ(wide.shape(), narrow.shape());
    for (std::int64_t i = 0; i < wide.count(); ++i) {
      EXPECT_LE(test::difference(wide.number(i), narrow.number(i)), 1e-5) << "element " << i << ": " << wide.number(i);
    }
  }
}

TEST_P(EveryOp, ReadsBackAsItPrints) {
  for (DType floating : {DType::f64, DType::f32}) {
    for_each_sample(
        [](Case& c, const Sample&) {
          c.graph->output("y", c.y);
          c.graph->name_node(c.y, "a \"label\"\n");
          if (!c.floating.empty() && is_floating(c.y.dtype())) gradient(test::weighted_sum(c.y), c.floating);
          const std::string text = print(*c.graph);
          const Graph again = parse(text);
          EXPECT_EQ(print(again), text);
          verify(again);
        },
        floating);
  }
}

bool has_gradient(const Case& c) { return !c.floating.empty() && is_floating(c.y.dtype()); }

TEST_P(EveryOp, HasTheGradientThatDifferencesGive) {
  if (op().name == "stop_gradient") return;  // its gradient is not the slope
  for_each_sample([&](Case& c, const Sample& sample) {
    if (!has_gradient(c) || !op().derive) return;
    const test::Disagreement worst = test::worst_gradient(test::weighted_sum(c.y), c);
    EXPECT_LE(worst.difference, sample.tolerance) << worst.text;
    verify(*c.graph);
  });
}

TEST_P(EveryOp, HasTheSecondGradientThatDifferencesGive) {
  if (op().name == "stop_gradient") return;  // its gradient is not the slope
  for_each_sample([&](Case& c, const Sample& sample) {
    if (!has_gradient(c) || !op().derive) return;
    // The square keeps the first derivatives of linear ops dependent on their inputs.
    const Values first = gradient(test::weighted_sum(c.y * c.y), c.floating);
    Value total = test::weighted_sum(first[0], 0);
    for (std::size_t i = 1; i < first.size(); ++i) total = total + test::weighted_sum(first[i], static_cast<int>(i));
    const test::Disagreement worst = test::worst_gradient(total, c);
    EXPECT_LE(worst.difference, 10 * sample.tolerance) << worst.text;
    verify(*c.graph);
  });
}

TEST_P(EveryOp, RefusesAGradientItDoesNotHave) {
  if (op().derive) return;  // it has one
  for_each_sample([&](Case& c, const Sample&) {
    if (has_gradient(c)) {
      EXPECT_THROW(gradient(sum(c.y), c.floating), UserError);
    }
  });
}

/// Whether element `element` of `shape` has index `at` on `axis`.
bool lies_at(const Shape& shape, int axis, std::int64_t element, std::int64_t at) {
  return element / strides(shape)[static_cast<std::size_t>(axis)] % shape[axis] == at;
}

TEST_P(EveryOp, KeepsTheAxesThatItSaysItKeeps) {
  if (!op().axis) return;  // every axis is mixed
  for_each_sample([&](Case& c, const Sample&) {
    std::vector<Type> types;
    for (const Binding& binding : c.bindings) types.push_back(binding.value.type());
    const Tensor before = evaluate(c);
    for (std::size_t input = 0; input < c.bindings.size(); ++input) {
      Tensor& x = c.bindings[input].value;
      for (int axis = 0; axis < x.shape().rank(); ++axis) {
        const Axis found = op().axis(static_cast<int>(input), axis, types, c.y.node());
        if (found.kind != Axis::kept) continue;
        ASSERT_GE(found.at, 0);
        ASSERT_LT(found.at, before.shape().rank());
        if (x.count() == 0) continue;
        const Tensor kept = x;
        for (std::int64_t i = 0; i < x.count(); ++i) {
          if (lies_at(x.shape(), axis, i, 0)) x.set(i, kept.number((i + 1) % x.count()));
        }
        const Tensor after = evaluate(c);
        for (std::int64_t i = 0; i < after.count(); ++i) {
          if (lies_at(after.shape(), found.at, i, 0)) continue;
          EXPECT_EQ(after.number(i), before.number(i)) << "input " << input << ", axis " << axis << ", element " << i;
        }
        x = kept;
      }
    }
  });
}

TEST_P(EveryOp, HasTheTraitsItStates) {
  for_each_sample([&](Case& c, const Sample&) {
    std::vector<Type> types;
    for (const Binding& binding : c.bindings) types.push_back(binding.value.type());
    const double flops = op().flops ? op().flops(types, c.y.node()) : 0;
    EXPECT_GE(flops, 0);
    const Tensor y = evaluate(c);
    if (op().traits.commutative) {
      std::swap(c.bindings[0], c.bindings[1]);
      EXPECT_TRUE(same_bits(evaluate(c), y));
    }
    if (op().traits.moves_data && op().arity != 0) {
      for (double number : y.numbers()) {
        bool found = number == 0;  // what unslice fills with
        for (const Binding& binding : c.bindings) {
          const auto numbers = binding.value.numbers();
          found = found || std::find(numbers.begin(), numbers.end(), number) != numbers.end();
        }
        EXPECT_TRUE(found) << number << " is no element of an input";
      }
    }
  });
}

TEST_P(EveryOp, RefusesWrongInputsWithItsName) {
  if (!op().samples || op().arity == 0) return;
  Graph graph;
  const Values many(4, graph.input("bf16", {2}, DType::bf16));
  const auto attrs = op().samples()[0].attrs;
  for (std::size_t count = 0; count <= many.size(); ++count) {
    try {
      graph.append(op(), std::span(many).first(count), attrs);
      EXPECT_TRUE(op().traits.moves_data || op().name == "cast") << "took bf16";
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find(op().name), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(graph.append(op(), many, {{"no such attribute", 1.0}}), UserError);
}

/// `attrs` with one number in one attribute replaced, in all places.
std::vector<Attrs> with_each_number_replaced(const Attrs& attrs, std::int64_t by) {
  std::vector<Attrs> out;
  for (const auto& [name, value] : attrs.entries()) {
    const auto add = [&, &key = name](Attribute changed) {
      Attrs copy = attrs;
      copy.set(key, std::move(changed));
      out.push_back(std::move(copy));
    };
    if (std::holds_alternative<std::int64_t>(value)) add(by);
    if (std::holds_alternative<double>(value)) add(static_cast<double>(by));
    if (const Integers* list = std::get_if<Integers>(&value)) {
      for (std::size_t i = 0; i < list->size(); ++i) {
        Integers changed = *list;
        changed[i] = by;
        add(changed);
      }
      Integers longer = *list, shorter = *list;
      longer.push_back(by);
      add(longer);
      if (!shorter.empty()) shorter.pop_back(), add(shorter);
    }
  }
  return out;
}

// What is accepted must also evaluate, within the memory it was given (the sanitizers watch).
TEST_P(EveryOp, RefusesOrComputesWithAnyAttribute) {
  using Limits = std::numeric_limits<std::int64_t>;
  for_each_sample([&](Case& c, const Sample& sample) {
    std::vector<Value> inputs;
    for (const Binding& binding : c.bindings) inputs.push_back(binding.input);
    for (std::int64_t by : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1}, std::int64_t{2}, std::int64_t{5},
                            std::int64_t{1} << 32, std::int64_t{1} << 61, Limits::max(), Limits::min()}) {
      for (const Attrs& attrs : with_each_number_replaced(sample.attrs, by)) {
        try {
          c.y = c.graph->append(op(), inputs, attrs);
          if (c.y.shape().count() < 100000) evaluate(c);
        } catch (const UserError& error) {
          EXPECT_FALSE(std::string(error.what()).empty());
        }
      }
    }
  });
}

// The suite must be able to fail: a rule that is wrong by one part in a thousand is seen.
TEST(WorstGradient, SeesAWrongRule) {
  Op wrong = find_op("tanh");
  wrong.derive = [](Value y, Value dy) { return Values{dy * (1.001 - square(y))}; };
  Case c = make_case(wrong, wrong.samples()[0]);
  EXPECT_GT(test::worst_gradient(test::weighted_sum(c.y), c).difference, 1e-4);
  Case right = make_case(find_op("tanh"), wrong.samples()[0]);
  EXPECT_LT(test::worst_gradient(test::weighted_sum(right.y), right).difference, 1e-9);
}

TEST(FindOp, SuggestsTheNearestName) {
  try {
    find_op("sofmax");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("softmax"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus
