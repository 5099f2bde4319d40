#include "gradus/engine/runtime/program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/runtime/evaluate.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

/// Numbers between -1 and 1 that look random and are the same everywhere.
Tensor numbers(const Type& type, std::uint64_t seed) {
  Tensor out(type);
  std::uint64_t state = seed * 2654435761u + 12345;
  for (std::int64_t i = 0; i < out.count(); ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    out.set(i, is_floating(type.dtype) ? static_cast<double>(state >> 40) / (1 << 23) - 1
                                       : static_cast<double>((state >> 40) % 3));
  }
  return out;
}

/// One Adam step of a classifier in -> hidden -> 3 with dropout, on `rows` rows.
Graph training_step(std::int64_t rows, std::int64_t in, std::int64_t hidden, DType dtype) {
  Graph g;
  const auto parameter = [&](const char* name, const Shape& shape) {
    return g.state({.name = name, .type = {dtype, shape}});
  };
  const Value x = g.input("x", {rows, in}, dtype), y = g.input("y", {rows}, DType::i64),
              key = g.input("key", {2}, DType::i64);
  const Value w1 = parameter("0.weight", {hidden, in}), b1 = parameter("0.bias", {hidden});
  const Value w2 = parameter("2.weight", {3, hidden}), b2 = parameter("2.bias", {3});
  const Value mask = cast(random_bernoulli(key, {rows, hidden}, 0.8, 7), dtype);
  const Value h = relu(matmul(x, transpose(w1)) + b1) * mask / 0.8;
  const Value logits = matmul(h, transpose(w2)) + b2;
  const Value loss = -mean(sum(log_softmax(logits) * one_hot(y, 3, dtype), {1}));
  const Values parameters{w1, b1, w2, b2};
  const Values gradients = gradient(loss, parameters);
  const Value t = cast(reshape(slice(key, 0, 1, 2), Shape{}), DType::f64) + 1.0;
  const Value c1 = cast(1.0 - pow(constant_like(t, 0.9), t), dtype),
              c2 = cast(1.0 - pow(constant_like(t, 0.999), t), dtype);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value p = parameters[i], d = gradients[i];
    const auto moment = [&](const char* name) {
      return g.state({.name = name + p.node().label, .type = p.type(), .role = Role::moment, .of = slot_of(p)});
    };
    const Value m = moment("m/"), v = moment("v/");
    const Value m1 = 0.9 * m + 0.1 * d, v1 = 0.999 * v + 0.001 * (d * d);
    g.next(m, m1);
    g.next(v, v1);
    g.next(p, p - 1e-2 * (m1 / c1) / (sqrt(v1 / c2) + 1e-8));
  }
  g.output("loss", loss);
  return g;
}

const char* const parameter_names[] = {"0.weight", "0.bias", "2.weight", "2.bias"};

void fill(Program& program, const Graph& graph) {
  std::uint64_t seed = 1;
  for (const Node& node : graph.nodes()) {
    if (node.op != &input_op) continue;
    const Slot& slot = graph.slots()[slot_of(node)];
    if (slot.role == Role::parameter) program.write(slot.name, numbers(node.type, ++seed));
    if (slot.role != Role::input || slot.name == "key") continue;
    const Tensor value = numbers(node.type, ++seed);
    std::memcpy(program.input(0, slot.name).data(), value.data(), value.bytes());
  }
}

/// The parameters after `steps` steps on `threads` threads, one after the other.
std::vector<Tensor> train(std::int64_t rows, std::int64_t in, std::int64_t hidden, DType dtype, int threads, int steps,
                          double* loss = nullptr) {
  Engine engine({.threads = threads});
  const Graph graph = training_step(rows, in, hidden, dtype);
  std::vector<Graph> graphs;
  graphs.push_back(graph);
  Program program(engine, std::move(graphs));
  fill(program, graph);
  for (int step = 0; step < steps; ++step) {
    program.input(0, "key").set(0, 42);
    program.input(0, "key").set(1, step);
    program.run(0);
  }
  if (loss) *loss = program.output(0, "loss").number();
  std::vector<Tensor> out;
  for (const char* name : parameter_names) out.push_back(program.read(name));
  return out;
}

/// The same by the interpreter.
std::vector<Tensor> train_interpreted(std::int64_t rows, std::int64_t in, std::int64_t hidden, DType dtype, int steps) {
  Graph graph = training_step(rows, in, hidden, dtype);
  std::vector<Binding> bindings;
  std::uint64_t seed = 1;
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    if (node.op != &input_op) continue;
    const Slot& slot = graph.slots()[slot_of(node)];
    const bool zeros = slot.role == Role::moment || slot.name == "key";
    bindings.push_back({graph.value(id), zeros ? Tensor(node.type) : numbers(node.type, ++seed)});
    if (slot.name == "key") bindings.back().value.set(0, 42);
  }
  for (int step = 0; step < steps; ++step) {
    Values wanted;
    for (const Next& next : graph.nexts()) wanted.push_back(graph.value(next.id));
    const auto values = interpret(wanted, bindings);
    for (Binding& binding : bindings) {
      if (binding.input == graph.find_input("key")) binding.value.set(1, step + 1);
      for (std::size_t n = 0; n < wanted.size(); ++n) {
        if (graph.nexts()[n].slot == slot_of(binding.input)) binding.value = values[n];
      }
    }
  }
  std::vector<Tensor> out;
  for (const char* name : parameter_names) {
    for (const Binding& binding : bindings) {
      if (binding.input == graph.find_input(name)) out.push_back(binding.value);
    }
  }
  return out;
}

double worst_difference(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double worst = 0;
  for (std::size_t t = 0; t < a.size(); ++t) {
    for (std::int64_t i = 0; i < a[t].count(); ++i) worst = std::max(worst, std::fabs(a[t].number(i) - b[t].number(i)));
  }
  return worst;
}

struct Size {
  std::int64_t rows, in, hidden;
};

class ProgramSizes : public testing::TestWithParam<Size> {};

TEST_P(ProgramSizes, AgreesWithTheInterpreterInF64) {
  const auto [rows, in, hidden] = GetParam();
  const auto compiled = train(rows, in, hidden, DType::f64, 2, 5);
  EXPECT_LT(worst_difference(compiled, train_interpreted(rows, in, hidden, DType::f64, 5)), 1e-11);
}

TEST_P(ProgramSizes, ThreadsDoNotChangeABit) {
  const auto [rows, in, hidden] = GetParam();
  for (DType dtype : {DType::f32, DType::f64}) {
    const auto one = train(rows, in, hidden, dtype, 1, 20);
    for (int threads : {2, 3, 5}) {
      const auto many = train(rows, in, hidden, dtype, threads, 20);
      for (std::size_t t = 0; t < one.size(); ++t) {
        EXPECT_TRUE(same_bits(one[t], many[t])) << parameter_names[t] << " " << threads << " threads " << name(dtype);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ProgramSizes,
                         testing::Values(Size{1, 5, 4}, Size{7, 5, 1}, Size{64, 33, 20}, Size{150, 17, 70},
                                         Size{200, 130, 40}, Size{40, 700, 48}, Size{32, 4700, 7}));

TEST(Program, LossFallsOverTraining) {
  double first = 0, last = 0;
  train(64, 33, 20, DType::f32, 2, 1, &first);
  train(64, 33, 20, DType::f32, 2, 300, &last);
  EXPECT_LT(last, first * 0.7);
}

TEST(Program, SwappedStatesKeepTheirOldValues) {
  Graph g;
  const Value a = g.state({.name = "a", .type = {DType::f64, {3}}}), b = g.state({.name = "b", .type = a.type()});
  g.next(a, b);
  g.next(b, a);
  Engine engine({.threads = 1});
  std::vector<Graph> graphs;
  graphs.push_back(std::move(g));
  Program program(engine, std::move(graphs));
  program.write("a", Tensor::from({3}, {1, 2, 3}));
  program.write("b", Tensor::from({3}, {4, 5, 6}));
  program.run(0);
  EXPECT_EQ(program.read("a").numbers(), (std::vector<double>{4, 5, 6}));
  EXPECT_EQ(program.read("b").numbers(), (std::vector<double>{1, 2, 3}));
}

TEST(Program, AStateThatIsReadAfterItsUpdateKeepsItsOldValueUntilTheEnd) {
  // y needs the old w in a later region than the one that makes the new w.
  Graph g;
  const Value w = g.state({.name = "w", .type = {DType::f64, {40, 8}}}), x = g.input("x", {8, 40}, DType::f64);
  g.next(w, w + 1.0);
  g.output("y", matmul(w + matmul(w, matmul(x, w)), x));
  Engine engine({.threads = 2});
  std::vector<Graph> graphs;
  graphs.push_back(g);
  Program program(engine, std::move(graphs));
  const Tensor w0 = numbers({DType::f64, {40, 8}}, 3), x0 = numbers({DType::f64, {8, 40}}, 4);
  program.write("w", w0);
  std::memcpy(program.input(0, "x").data(), x0.data(), x0.bytes());
  program.run(0);
  const auto expected =
      interpret({g.find_output("y"), g.find_next(slot_of(w))}, {{g.find_input("w"), w0}, {g.find_input("x"), x0}});
  for (std::int64_t i = 0; i < expected[0].count(); ++i)
    EXPECT_NEAR(program.output(0, "y").number(i), expected[0].number(i), 1e-12);
  for (std::int64_t i = 0; i < expected[1].count(); ++i) EXPECT_EQ(program.read("w").number(i), expected[1].number(i));
}

/// Two batches of different sizes meet one large matrix that is updated, and its cast to bf16 is made once: each
/// product is cut into parts of its own number, if at all.
TEST(Program, OneMatrixForTwoBatches) {
  for (const DType products : {DType::f32, DType::bf16}) {
    Graph g;
    const Value w = g.state({.name = "w", .type = {DType::f32, {784, 128}}});
    const Value a = g.input("a", {64, 784}, DType::f32), b = g.input("b", {40, 784}, DType::f32);
    g.output("y", matmul(a, w));
    g.output("z", matmul(b, w));
    g.next(w, w + w);
    Engine engine({.threads = 2});
    std::vector<Graph> graphs;
    graphs.push_back(g);
    Program program(engine, std::move(graphs), {.products = products});
    const Tensor w0 = numbers(w.type(), 1), a0 = numbers(a.type(), 2), b0 = numbers(b.type(), 3);
    program.write("w", w0);
    std::memcpy(program.input(0, "a").data(), a0.data(), a0.bytes());
    std::memcpy(program.input(0, "b").data(), b0.data(), b0.bytes());
    program.run(0);
    const auto expected = interpret({g.find_output("y"), g.find_output("z")},
                                    {{g.find_input("w"), w0}, {g.find_input("a"), a0}, {g.find_input("b"), b0}});
    const double tolerance = products == DType::bf16 ? 0.3 : 1e-3;
    const char* names[] = {"y", "z"};
    for (std::size_t i = 0; i < 2; ++i) {
      for (std::int64_t e = 0; e < expected[i].count(); ++e) {
        ASSERT_NEAR(program.output(0, names[i]).number(e), expected[i].number(e), tolerance) << names[i] << " " << e;
      }
    }
  }
}

/// A tiny graph is one step, with all of its parameters for operands.
TEST(Program, AGraphOfManyParameters) {
  Graph g;
  Value y = g.input("x", {2, 3}, DType::f32);
  for (int i = 0; i < 50; ++i) {
    const std::string name = "b" + std::to_string(i);
    const Value b = g.state({.name = name, .type = {DType::f32, {3}}});
    y = y + b, g.next(b, b + 1.0);
  }
  g.output("y", y);
  for (const int threads : {1, 2}) {
    Engine engine({.threads = threads});
    Program program(engine, {g});
    for (int run = 0; run < 3; ++run) program.run(0);
    EXPECT_EQ(program.output(0, "y").number(0), 100);
    EXPECT_EQ(program.read("b49").number(2), 3);
    EXPECT_GT(profile(program.code(), program.state(), program.context(), 0, 0.001).runs, 0);
  }
}

/// Graph 0: y = x w', batches of 3; graph 1: the same of 5, and w' = w + w.
Program two_graphs(Engine& engine) {
  std::vector<Graph> graphs;
  const auto slots = std::make_shared<SlotTable>();
  for (const std::int64_t rows : {3, 5}) {
    Graph g(slots);
    const Value x = g.input("x", {rows, 4}, DType::f32), w = g.state({.name = "w", .type = {DType::f32, {2, 4}}});
    const Value scale = g.input("scale", {}, DType::f32);
    g.output("y", matmul(x, transpose(w)) * scale);
    if (rows == 5) g.next(w, w + w);
    graphs.push_back(std::move(g));
  }
  return Program(engine, std::move(graphs));
}

TEST(Program, AGraphThatDoesNotExistIsRefused) {
  Engine engine({.threads = 1});
  Program program = two_graphs(engine);
  for (const int graph : {-1, 2, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    const std::string found = "program: found graph " + std::to_string(graph) + "; expected 0 to 1";
    const auto refused = [&](const auto& action) { test::expect_refusal(Fault::usage, action, found); };
    refused([&] { program.run(graph); });
    refused([&] { program.input(graph, "x"); });
    refused([&] { static_cast<void>(program.output(graph, "y")); });
    refused([&] { static_cast<void>(plan_of(program.code(), graph)); });
    refused([&] { static_cast<void>(program.code().report(graph)); });
    refused([&] { profile(program.code(), program.state(), program.context(), graph, 0.001); });
    refused([&] { time_blocks(program.code(), program.state(), program.context(), graph, 0.001); });
  }
  Graph g;
  g.output("y", g.input("x") + 1.0);
  Program one(engine, {g});
  test::expect_refusal(
      Fault::usage, [&] { one.run(1); }, "found graph 1; expected 0, its only graph");
}

TEST(Program, ANameThatDoesNotExistIsRefusedWithThoseThatDo) {
  Engine engine({.threads = 1});
  Program program = two_graphs(engine);
  const auto refused = [](const auto& action, const char* words) { test::expect_refusal(Fault::usage, action, words); };
  refused([&] { program.input(1, "z\n"); },
          "input \"z\\x0a\": found no such input in graph 1; expected one of: x, scale");
  refused([&] { program.input(0, "scales"); }, "try: scale");
  refused([&] { program.input(0, "w"); }, "try: write(\"w\", value)");
  refused([&] { static_cast<void>(program.output(0, "loss")); },
          "output \"loss\": found no such output in graph 0; expected one of: y");
  refused([&] { static_cast<void>(program.output(1, "v")); }, "expected one of: y");
  refused([&] { static_cast<void>(program.output(1, "w")); },
          "found state; expected a result of the graph; try: read(\"w\")");
  refused([&] { static_cast<void>(program.read("x")); }, "try: input(0, \"x\")");
  refused([&] { static_cast<void>(program.read("v")); }, "found no such state; expected one of: w");
  refused([&] { program.write("v", Tensor(DType::f32, {2, 4})); }, "found no such state");
  for (const SlotId none : {SlotId{}, SlotId{3}}) {
    refused([&] { program.input(0, none); }, "found no such input in graph 0");
    refused([&] { static_cast<void>(program.read(none)); }, "found no such state");
  }
}

TEST(Program, GraphsThatDoNotShareTheirSlotsAreRefused) {
  Engine engine({.threads = 1});
  Graph a, b;
  for (Graph* g : {&a, &b}) g->output("y", g->input("x") + 1.0);
  test::expect_refusal(
      Fault::usage,
      [&] {
        Program(engine, {a, b});
      },
      "graphs to compile: found slots of their own; expected slots that they share");
  test::expect_refusal(
      Fault::usage, [&] { Program(engine, {}); }, "graphs to compile: found none");
}

TEST(Program, AValueOfAnotherTypeIsRefusedAndChangesNothing) {
  Engine engine({.threads = 1});
  Program program = two_graphs(engine);
  program.write("w", Tensor::full({DType::f32, {2, 4}}, 3));
  const auto refused = [](const auto& action, const char* words) { test::expect_refusal(Fault::usage, action, words); };
  refused([&] { program.write("w", Tensor(DType::f32, {4, 2})); }, "state \"w\": found f32[4,2]; expected f32[2,4]");
  refused([&] { program.write("w", Tensor(DType::f64, {2, 4})); }, "found f64[2,4]; expected f32[2,4]");
  refused([&] { program.input(0, "x").as<double>(); }, "numbers of f32[3,4]: found as<double>()");
  refused([&] { program.input(0, "x").set(12, 1); }, "f32[3,4]: found element 12; expected 0 to 11");
  EXPECT_EQ(program.read("w").numbers(), std::vector<double>(8, 3));
}

TEST(Evaluate, RefusesValuesOfNoGraphOrTwo) {
  Engine engine({.threads = 1});
  Graph g, other;
  const Value x = g.input("x"), y = other.input("y");
  EXPECT_THROW(evaluate(engine, {x, y}, {{x, 1.0}}), UserError);
  EXPECT_THROW(evaluate(engine, {Value{}}, {}), UserError);
}

TEST(Program, RandomKeysBeyondTheSequencesAreRefused) {
  Graph g;
  const Value key = g.input("key", {3}, DType::i64);
  g.output("x", random_normal(key, {DType::f32, {4, 3}}, 1));
  g.output("dropped", random_bernoulli(key, {4, 3}, 0.5, 2));
  Engine engine({.threads = 1});
  Program program(engine, {g});
  const auto run = [&](double step, double row) {
    program.input(0, "key").set(1, step), program.input(0, "key").set(2, row);
    program.run(0);
  };
  run(281474976710655, 187649984473766);
  test::expect_refusal(
      Fault::usage, [&] { run(281474976710656, 0); }, "step 281474976710656");
  test::expect_refusal(
      Fault::usage, [&] { run(0, -1); }, "first row -1; expected 0 to 187649984473766");
  test::expect_refusal(
      Fault::usage, [&] { run(0, 9e18); }, "first row 9000000000000000000");
  run(0, 0);
}

TEST(Program, AKernelsErrorReachesTheCallerAndTheProgramStaysUsable) {
  Graph g;
  const Value table = g.input("table", {4, 2}, DType::f64), at = g.input("at", {200}, DType::i64);
  g.output("rows", gather(table, at));
  Engine engine({.threads = 2});
  std::vector<Graph> graphs;
  graphs.push_back(std::move(g));
  Program program(engine, std::move(graphs));
  program.input(0, "at").set(150, 9);
  EXPECT_THROW(program.run(0), UserError);
  program.input(0, "at").set(150, 3);
  program.run(0);
  EXPECT_EQ(program.output(0, "rows").number(), 0);
}

}  // namespace
}  // namespace gradus
