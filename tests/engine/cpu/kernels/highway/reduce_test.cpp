// Reductions against their ops' evaluation, in all accesses.
#include "gradus/core/ops/reduce.hpp"

#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {
namespace {

const Op& find_op(std::string_view name) {
  for (const auto ops : {reduce_ops(), softmax_ops()}) {
    for (const Op* op : ops) {
      if (op->name == name) return *op;
    }
  }
  throw std::invalid_argument(std::string(name));
}

Call call_of(std::string_view name, const Type& in, const Attrs& attrs, Access from, Access to) {
  Call call;
  call.op = &find_op(name);
  call.attrs = attrs;
  call.inputs = {{in, from}};
  call.outputs = {{call.op->infer(std::vector<Type>{in}, attrs), to}};
  call.rows = call.block = from == Access::rows ? in.shape[0] : from == Access::columns ? in.shape[1] : 1;
  return call;
}

Tensor random_tensor(const Type& type, std::mt19937& random) {
  Tensor x(type);
  std::normal_distribution<double> normal;
  for (std::int64_t i = 0; i < x.count(); ++i) x.set(i, 2 * normal(random));
  return x;
}

Tensor evaluate(const Call& call, const Tensor& input) {
  Tensor out(call.outputs[0].type);
  const std::vector<ConstView> views{input};
  call.op->evaluate(views, out.view(), call.attrs);
  return out;
}

/// `terms` numbers were added: their rounding may add up.
void expect_near(const Tensor& got, const Tensor& expected, DType dtype, double terms, const std::string& what) {
  const double unit = dtype == DType::f32 ? 1.2e-7 : 2.3e-16;
  for (std::int64_t i = 0; i < got.count(); ++i) {
    const double a = got.number(i), b = expected.number(i);
    if ((std::isnan(a) && std::isnan(b)) || a == b) continue;
    ASSERT_LE(std::abs(a - b), unit * (4 + 2 * terms) * std::max(1.0, std::abs(b)))
        << what << ": element " << i << " is " << a << ", not " << b;
  }
}

void check(Call call, const Tensor& input, double terms, const std::string& what) {
  Prepared prepared = highway::prepare_reduce(call);
  ASSERT_TRUE(prepared) << prepared.refusal << " " << what;
  const Tensor whole = run_call(call, prepared, {input})[0];
  expect_near(whole, evaluate(call, input), input.dtype(), terms, what);
  if (call.inputs[0].access == Access::whole) return;
  for (const std::int64_t block : {1, 3, 16}) {
    call.block = block;
    prepared = highway::prepare_reduce(call);
    ASSERT_TRUE(prepared) << prepared.refusal << " " << what;
    EXPECT_TRUE(same_bits(run_call(call, prepared, {input})[0], whole)) << what << " in blocks of " << block;
  }
}

Attrs over(Integers axes, std::int64_t keep = 0) { return {{"axes", std::move(axes)}, {"keep", keep}}; }

TEST(HighwayReduce, RowsOfEveryLength) {
  std::mt19937 random(1);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const DType dtype : {DType::f32, DType::f64}) {
      for (std::int64_t n = 0; n < 140; n += n < 70 ? 1 : 13) {
        const Type type{dtype, {5, n}};
        const Tensor input = random_tensor(type, random);
        const std::string what = to_string(type) + " on " + hwy::TargetName(set);
        for (const auto* name : {"sum", "mean", "max", "min", "logsumexp"}) {
          if (n == 0 && std::string_view(name) != "sum" && std::string_view(name) != "logsumexp") continue;
          check(call_of(name, type, over({1}, n % 2), Access::rows, Access::rows), input, static_cast<double>(n),
                name + what);
        }
        for (const auto* name : {"argmax", "softmax", "log_softmax"}) {
          if (n == 0 && std::string_view(name) == "argmax") continue;
          check(call_of(name, type, {{"axis", std::int64_t{1}}}, Access::rows, Access::rows), input, 8, name + what);
        }
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(HighwayReduce, OtherAxes) {
  std::mt19937 random(2);
  const std::pair<Shape, Integers> cases[] = {{{6, 3, 4}, {1, 2}}, {{6, 3, 4}, {2}}, {{6, 3, 40}, {1}},
                                              {{6, 3, 1, 4}, {1}}, {{6, 3, 4}, {2}}, {{6, 1, 4}, {1}}};
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto& [shape, axes] : cases) {
      for (const auto* name : {"sum", "mean", "max", "min"}) {
        const Type type{DType::f32, shape};
        check(call_of(name, type, over(axes), Access::rows, Access::rows), random_tensor(type, random), 40,
              name + to_string(type));
      }
    }
    const Type deep{DType::f64, {6, 3, 7}};
    check(call_of("softmax", deep, {{"axis", std::int64_t{2}}}, Access::rows, Access::rows),
          random_tensor(deep, random), 8, "deep");
    check(call_of("logsumexp", deep, over({1, 2}), Access::rows, Access::rows), random_tensor(deep, random), 8, "deep");
  }
}

// A channel of images at a time, as batch normalization sums.
TEST(HighwayReduce, OverRowsAndWhatFollowsChannels) {
  std::mt19937 random(7);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const Shape& shape : {Shape{5, 3, 7}, Shape{70, 18, 4, 9}, Shape{130, 2, 1, 40}, Shape{3, 4, 2, 5, 6}}) {
      const Type type{DType::f32, shape};
      const Tensor input = random_tensor(type, random);
      Integers axes{0};
      for (int axis = 2; axis < shape.rank(); ++axis) axes.push_back(axis);
      const auto terms = static_cast<double>(shape.count() / shape[1]);
      for (const char* op : {"sum", "mean", "max"}) {
        check(call_of(op, type, over(axes), Access::columns, Access::rows), input, terms, op + to_string(type));
      }
      check(call_of("sum", type, over({0}), Access::columns, Access::rows), input, terms, to_string(type));
      check(call_of("sum", type, over({0, shape.rank() - 1}), Access::columns, Access::rows), input, terms,
            to_string(type));
    }
  }
}

TEST(HighwayReduce, OverRowsInLeaves) {
  std::mt19937 random(3);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const std::int64_t rows : {0, 1, 2, 63, 64, 65, 128, 200, 450, 1000}) {
      for (const std::int64_t columns : {1, 5, 16, 70, 1100}) {
        const Type type{DType::f32, {rows, columns}};
        const Tensor input = random_tensor(type, random);
        const std::string what = "sum of " + to_string(type);
        const auto terms = static_cast<double>(rows);
        check(call_of("sum", type, over({0}), Access::whole, Access::whole), input, terms, what);
        check(call_of("sum", type, over({0}), Access::columns, Access::rows), input, terms, what);
        check(call_of("sum", type, over({0}, 1), Access::columns, Access::columns), input, terms, what);
        check(call_of("sum", type, over({0, 1}), Access::whole, Access::whole), input,
              static_cast<double>(rows + columns), what);
        if (rows == 0) continue;
        check(call_of("mean", type, over({0, 1}), Access::whole, Access::whole), input, terms, what);
        check(call_of("max", type, over({0, 1}), Access::whole, Access::whole), input, 0, what);
        check(call_of("min", type, over({0}), Access::columns, Access::rows), input, 0, what);
        if (HasFatalFailure()) return;
      }
    }
    const std::pair<Shape, Integers> cases[] = {
        {{130, 3, 5}, {0, 2}}, {{130, 3, 5}, {0, 1}}, {{300}, {0}}, {{70, 2, 3, 4}, {0, 2, 3}}};
    for (const auto& [shape, axes] : cases) {
      const Type type{DType::f64, shape};
      check(call_of("sum", type, over(axes), Access::whole, Access::whole), random_tensor(type, random), 900,
            to_string(type));
    }
  }
}

/// The rule of kernel.hpp, written out with leaves one after the other.
TEST(HighwayReduce, TheTreeIsTheOneOfTheInterface) {
  std::mt19937 random(4);
  for (const std::int64_t rows : {64, 129, 320, 449, 1000}) {
    const Type type{DType::f32, {rows, 3}};
    const Tensor input = random_tensor(type, random);
    const Call call = call_of("sum", type, over({0}), Access::whole, Access::whole);
    const Tensor got = run_call(call, highway::prepare_reduce(call), {input})[0];
    for (std::int64_t column = 0; column < 3; ++column) {
      std::vector<float> sums;
      for (std::int64_t row = 0; row < rows; ++row) {
        if (row % rows_per_leaf == 0) sums.push_back(0);
        sums.back() += input.as<float>()[static_cast<std::size_t>(row * 3 + column)];
      }
      while (sums.size() > 1) {
        std::vector<float> pairs;
        for (std::size_t i = 0; i < sums.size(); i += 2)
          pairs.push_back(i + 1 < sums.size() ? sums[i] + sums[i + 1] : sums[i]);
        sums = pairs;
      }
      EXPECT_EQ(got.as<float>()[static_cast<std::size_t>(column)], sums[0]) << rows << " rows";
    }
  }
}

/// Rows go through their stages together.
TEST(HighwayReduce, RowsOfASoftmaxDoNotDependOnTheirNeighbours) {
  std::mt19937 random(4);
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const std::int64_t n : {7, 16, 33, 64, 100}) {
      const Type type{DType::f32, {37, n}};
      Tensor input = random_tensor(type, random), special = input;
      for (std::int64_t row = 0; row < 37; row += 3) {
        special.set(row * n + row % n, row % 2 ? double{NAN} : row % 4 ? double{INFINITY} : -double{INFINITY});
      }
      for (const auto* name : {"softmax", "log_softmax"}) {
        const Call call = call_of(name, type, {{"axis", std::int64_t{1}}}, Access::rows, Access::rows);
        check(call, input, 8, name);
        check(call, special, 8, name);
        const Prepared prepared = highway::prepare_reduce(call);
        const Tensor a = run_call(call, prepared, {input})[0], b = run_call(call, prepared, {special})[0];
        for (std::int64_t e = 0; e < a.count(); ++e) {
          if (e / n % 3 == 0) continue;
          EXPECT_EQ(a.number(e), b.number(e)) << name << " of " << n << " at " << e;
        }
      }
    }
  }
}

TEST(HighwayReduce, NotANumberAndInfinity) {
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const std::int64_t at : {0, 3, 17, 69}) {
      for (const double special : {double{NAN}, double{INFINITY}, -double{INFINITY}}) {
        const Type type{DType::f32, {1, 70}};
        Tensor input = Tensor::full(type, -1);
        input.set(at, special);
        for (const auto* name : {"sum", "max", "min", "logsumexp"}) {
          check(call_of(name, type, over({1}), Access::rows, Access::rows), input, 70, name);
          if (std::string_view(name) != "logsumexp")
            check(call_of(name, {DType::f32, {70, 1}}, over({0}), Access::whole, Access::whole),
                  input.reshaped({70, 1}), 70, name);
        }
        check(call_of("argmax", type, {{"axis", std::int64_t{1}}}, Access::rows, Access::rows), input, 0, "argmax");
        check(call_of("softmax", type, {{"axis", std::int64_t{1}}}, Access::rows, Access::rows), input, 70, "softmax");
      }
    }
  }
}

TEST(HighwayReduce, SaysWhatItRefuses) {
  const auto refusal = [](std::string_view name, const Type& type, const Attrs& attrs, Access from, Access to,
                          std::int64_t block) {
    Call call = call_of(name, type, attrs, from, to);
    call.block = block;
    return highway::prepare_reduce(call).refusal;
  };
  const Type matrix{DType::f32, {6, 4}}, deep{DType::f32, {6, 4, 3, 2}};
  EXPECT_EQ(refusal("sum", {DType::i64, {6, 4}}, over({1}), Access::rows, Access::rows, 6),
            "a dtype that is not f32 or f64");
  EXPECT_EQ(refusal("sum", matrix, over({0}), Access::rows, Access::rows, 2), "blocks that are not columns");
  EXPECT_EQ(refusal("sum", deep, over({2}), Access::rows, Access::rows, 2), "reduced and kept axes in turns");
  EXPECT_EQ(refusal("logsumexp", matrix, over({0}), Access::whole, Access::whole, 6), "only along the last axes");
  EXPECT_EQ(refusal("softmax", matrix, {{"axis", std::int64_t{0}}}, Access::whole, Access::whole, 6),
            "an axis that is not the last");
}

}  // namespace
}  // namespace gradus::testing
