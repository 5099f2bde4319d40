// Names of slots mean nothing: under any others a training has the same plans and the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "gradus/core/graph/walk.hpp"
#include "gradus/engine/cpu/runtime/footprint.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/step_graphs.hpp"

namespace gradus {
namespace {

Graph moved(const Graph& from, const std::shared_ptr<SlotTable>& slots) {
  Graph out(slots);
  ById<int> place;
  for (const Node& node : from.nodes()) place.push_back(copy_node(out, node, place).id);
  copy_results(from, out, [&](int id) { return place[id]; });
  return out;
}

/// The graphs on slots whose names are shuffled, and look as if they meant something else.
std::vector<Graph> renamed(const std::vector<Graph>& graphs, std::mt19937& random) {
  const char* const stems[] = {"features", "target",    "key",  "optim/0.weight/m",
                               "0.weight", "0.weight'", "loss", "sum 0/"};
  std::vector<std::string> names;
  for (int i = 0; i < graphs[0].slots().size(); ++i) {
    names.push_back(stems[static_cast<std::size_t>(i) % std::size(stems)]);
    if (i >= std::ssize(stems)) names.back() += std::string(static_cast<std::size_t>(i) / std::size(stems), '/');
  }
  std::shuffle(names.begin(), names.end(), random);
  const auto slots = std::make_shared<SlotTable>();
  for (Slot slot : graphs[0].slots()) {
    slot.name = names[static_cast<std::size_t>(slots->size())];
    slots->declare(std::move(slot));
  }
  std::vector<Graph> out;
  for (const Graph& graph : graphs) out.push_back(moved(graph, slots));
  return out;
}

std::string text_of(Plan plan) {
  for (Buffer& buffer : plan.buffers) {
    if (buffer.slot) buffer.name = "slot " + std::to_string(buffer.slot.number);
    if (buffer.name.ends_with(" (saved)")) buffer.name = "saved";
  }
  return print(plan);
}

/// What the slots of state and the outputs hold after each graph has run three times.
std::vector<std::byte> run(Engine& engine, const std::vector<Graph>& graphs, DType products) {
  Program program(engine, graphs, {.own_order = false, .products = products});
  const SlotTable& slots = program.slots();
  const auto fill = [](View to, int seed) {
    for (std::int64_t i = 0; i < to.count(); ++i) {
      to.set(i, is_floating(to.dtype()) ? static_cast<double>((i * 7 + seed) % 13) / 26 - 0.2
                                        : static_cast<double>((i + seed) % 3));
    }
  };
  std::vector<std::byte> out;
  const auto keep = [&](ConstView view) {
    const auto* at = static_cast<const std::byte*>(view.data());
    out.insert(out.end(), at, at + byte_count(view.type()));
  };
  const auto each_state = [&](auto&& action) {
    for (int i = 0; i < slots.size(); ++i) {
      const SlotId slot{i};
      bool used = false;
      for (int g = 0; g < std::ssize(graphs); ++g) used = used || program.has(g, slot);
      if (used && slots[slot].role != Role::input) action(slot);
    }
  };
  each_state([&](SlotId slot) {
    if (slots[slot].role != Role::parameter) return;
    Tensor value(slots[slot].type);
    fill(value.view(), slot.number);
    program.write(slot, value);
  });
  for (int round = 0; round < 3; ++round) {
    for (int g = 0; g < std::ssize(graphs); ++g) {
      for (int i = 0; i < slots.size(); ++i) {
        if (slots[{i}].role == Role::input && program.has(g, {i})) fill(program.input(g, SlotId{i}), i + round);
      }
      program.run(g);
      for (const Output& output : graphs[static_cast<std::size_t>(g)].outputs()) keep(program.output(g, output.name));
    }
  }
  each_state([&](SlotId slot) { keep(program.read(slot)); });
  return out;
}

TEST(SlotNames, MeanNothing) {
  std::mt19937 random(1);
  const nn::Model model{nn::parse_net("96 tanh, dropout 0.5, 40 relu, 3"), {60}, DType::f32, {}, DType::f32};
  for (const Parts& parts : {Parts{}, Parts{64, true}}) {
    TrainOptions options;
    options.optimizer = optim::adam({.learning_rate = 0.01});
    options.parts = parts;
    const StepRows rows{.train = 450, .batch = 256, .validation = 70, .parts = parts};
    const std::vector<Graph> graphs =
        step_graphs(model, loss::cross_entropy, options, {.classes = 3, .outputs = 3}, rows).graphs;
    const std::vector<Graph> others = renamed(graphs, random);
    for (const DType products : {DType::f32, DType::bf16}) {
      const CompileOptions compiled{.own_order = false, .products = products};
      const CompiledTogether a = compile_together(graphs, compiled), b = compile_together(others, compiled);
      for (std::size_t g = 0; g < graphs.size(); ++g) EXPECT_EQ(text_of(a.plans[g]), text_of(b.plans[g]));
      EXPECT_EQ(footprint(a, 3).state, footprint(b, 3).state);
      EXPECT_EQ(footprint(a, 3).total(), footprint(b, 3).total());
      Engine engine({.threads = 2});
      EXPECT_EQ(run(engine, graphs, products), run(engine, others, products));
    }
  }
}

}  // namespace
}  // namespace gradus
