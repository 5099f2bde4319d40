// gradus plan: what a training step of a network costs; trains nothing.
#include <algorithm>

#include "gradus/app/cli/arguments/choose_device.hpp"
#include "gradus/app/cli/arguments/choose_precision.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/arguments/read_number.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/plan/plan_chart.hpp"
#include "gradus/app/cli/plan/plan_cost.hpp"
#include "gradus/app/cli/plan/plan_text.hpp"
#include "gradus/app/cli/plan/plan_times.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/spatial.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/memory.hpp"

namespace gradus::cli {
namespace {

constexpr Option options[] = {
    {"--net", "LAYERS", "the hidden layers, as for gradus train: \"conv 6 5x5 relu, maxpool 2, 128 relu\""},
    {"--input", "SHAPE", "numbers in one row: 784, 28x28 or 3x32x32"},
    {"--output", "NUMBER", "classes, or 1 for regression; 10 unless given"},
    {"--batch", "ROWS", "rows a step; 64 unless given"},
    {"--loss", "RECIPE", "cross_entropy (mse with one output) unless given"},
    {"--optimizer", "RECIPE", "adam unless given, as for gradus train"},
    {"--precision", "TYPE", "f32 (unless given), f64, bf16 or auto, as for gradus train"},
    {"--memory", "SIZE", "at most so many bytes (200MB, 1.5GB, 64KiB), by a batch in parts where need be"},
    {"--threads", "NUMBER", "threads of the forecast; all cores unless given"},
    {"--isa", "NAME", "instructions that the CPU may use: native (unless given: all it has), avx2, ..."},
    {"--profile", "", "run the plan and show what it takes beside the forecast"},
    {"--why", "", "for each step the kernels that refused it, and their reasons"},
    {"--svg", "", "a picture on standard output: which buffer lies where, and when"},
    {"--json", "", "one JSON document on standard output"},
};

constexpr std::int64_t largest = 1'000'000'000;

Shape read_shape(const std::string& text) {
  std::vector<std::int64_t> sizes;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('x', at), text.size());
    sizes.push_back(
        read_integer(std::string_view(text).substr(at, end - at), "--input " + printable(text), 1, largest));
    at = end + 1;
  }
  return Shape(sizes);
}

struct Asked {
  nn::Layer net;
  Shape input;
  std::int64_t outputs = 10, batch = 64;
  loss::Loss loss;
  optim::Optimizer optimizer;
  ChosenPrecision chosen = {};
  nn::Precision precision = {};
};

Asked read_asked(const Arguments& arguments) {
  const auto input = arguments.text("--input");
  if (!input) {
    throw UserError(Fault::usage, Report{"gradus plan", "no --input", "the numbers in one row", "--input 784"});
  }
  Asked asked{};
  asked.outputs = arguments.integer("--output", 1, largest).value_or(asked.outputs);
  asked.batch = arguments.integer("--batch", 1, largest).value_or(asked.batch);
  const nn::Layer net = nn::with_output(nn::parse_net(arguments.text("--net", "")), asked.outputs);
  asked.input = nn::input_of(net, read_shape(*input));
  asked.loss = loss::parse_loss(arguments.text("--loss", (asked.outputs > 1 ? loss::cross_entropy : loss::mse).name()),
                                {}, "--loss");
  asked.optimizer =
      optim::parse_optimizer(arguments.text("--optimizer", kinds::print(optim::adam())), {}, "--optimizer");
  const auto precision = read_precision(arguments.text("--precision", "f32"), "--precision");
  asked.chosen = precision ? ChosenPrecision{*precision} : choose_precision("cpu", name(instruction_set()));
  asked.precision = nn::split_precision(asked.chosen.precision);
  // As of a training on classes, and on a number for one output.
  asked.net = agree(asked.loss, net, asked.input, asked.precision.dtype, asked.outputs > 1).net;
  return asked;
}

std::string text_of(const PlanCost& cost, const std::string& net) {
  using report::padded;
  std::string out = "network    " + net + ": " + report::counted(cost.parameters, "parameter") + "\n\n";
  out += padded("parameter", 16) + "  " + padded("shape", 16) + "bytes\n";
  for (const ParameterCost& one : cost.tensors) {
    out += padded(one.name, 16) + "  " + padded(to_string(one.shape), 16) + report::bytes(one.bytes) + "\n";
  }
  out += "\nmemory of a training step\n";
  for (const auto& [label, bytes] : {std::pair{"parameters", cost.parameter_bytes},
                                     {"optimizer's state", cost.state_bytes},
                                     {"batch", cost.batch_bytes},
                                     {"values, if none shared memory", cost.value_bytes}}) {
    out += "  " + padded(label, 32) + report::bytes(bytes) + "\n";
  }
  out += "\narithmetic of a training step: " + report::prefixed(cost.flops) + "FLOP, " +
         report::prefixed(cost.forward_flops) + "FLOP of them forward\n";
  out += padded("  op", 18) + padded("nodes", 8) + padded("FLOP", 12) + "share\n";
  for (const OpCost& one : cost.ops) {
    out += padded("  " + one.op, 18) + padded(std::to_string(one.nodes), 8) + padded(report::prefixed(one.flops), 12) +
           report::percent(cost.flops > 0 ? one.flops / cost.flops : 0, 1) + "\n";
  }
  return out;
}

/// A plan of the step, of which there are two when the batch is taken in parts.
struct Shown {
  std::string title;
  Graph graph;
  Plan plan;
  PlanTimes times = {};
};

/// As those of a training.
ProgramOptions program_options(const Asked& asked, const BatchSpec& batch) {
  return {.own_order = StepRows{.batch = batch.rows}.one_leaf(), .products = asked.precision.products};
}

std::vector<Shown> shown_plans(const Asked& asked, const nn::Model& model, const BatchSpec& batch, const Parts& parts) {
  std::vector<Shown> out;
  const StepSlots slots;
  const auto add = [&](const std::string& title, const Graph& graph) {
    out.push_back({title, graph, compile_step_plan(graph, program_options(asked, batch))});
  };
  if (parts.rows == 0) {
    add("", training_step(slots, model, asked.loss, asked.optimizer, batch, {}));
    return out;
  }
  BatchSpec part = batch;
  part.rows = parts.rows;
  add("a part of " + report::counted(part.rows, "row"),
      part_step(slots, model, asked.loss, asked.optimizer, part, true));
  add("the update after the parts", update_step(slots, model, asked.optimizer, 0));
  return out;
}

json::Value json_of(const PlanCost& cost, const std::vector<Shown>& shown, const MemoryUse& use, const std::string& net,
                    std::int64_t batch) {
  json::Array tensors, ops;
  for (const ParameterCost& one : cost.tensors) {
    tensors.push_back(json::Object{{"name", one.name},
                                   {"shape", std::vector<std::int64_t>(one.shape.begin(), one.shape.end())},
                                   {"bytes", one.bytes}});
  }
  for (const OpCost& one : cost.ops)
    ops.push_back(json::Object{{"op", one.op}, {"nodes", one.nodes}, {"flops", one.flops}});
  json::Object out{{"schema", "gradus.plan/1"},
                   {"net", net},
                   {"batch", batch},
                   {"parameter_count", cost.parameters},
                   {"parameters", tensors},
                   {"bytes", json::Object{{"parameters", cost.parameter_bytes},
                                          {"state", cost.state_bytes},
                                          {"batch", cost.batch_bytes},
                                          {"values", cost.value_bytes}}},
                   {"flops", cost.flops},
                   {"forward_flops", cost.forward_flops},
                   {"ops", ops},
                   {"memory", json::Object{{"total", static_cast<std::int64_t>(use.total())},
                                           {"engine", static_cast<std::int64_t>(use.engine.total())},
                                           {"copies", static_cast<std::int64_t>(use.copies)},
                                           {"part_rows", use.parts.rows},
                                           {"threads", use.threads}}},
                   {"plan", cli::json_of(shown[0].plan)},
                   {"times", cli::json_of(shown[0].times)}};
  if (shown.size() > 1) {
    out["update"] = json::Object{{"plan", cli::json_of(shown[1].plan)}, {"times", cli::json_of(shown[1].times)}};
  }
  return out;
}

int run_plan(const Arguments& arguments, report::Console& console) {
  const UseInstructionSet limit(find_instruction_set(read_isa(arguments.text("--isa", "native"), "--isa")));
  const Asked asked = read_asked(arguments);
  // Shapes alone: nothing of the network's size is allocated.
  nn::Model model{asked.net, asked.input, asked.precision.dtype, {}, asked.precision.products};
  const BatchSpec batch{asked.batch, asked.outputs > 1 ? asked.outputs : 0, asked.outputs};
  const PlanCost cost = plan_cost(model, asked.loss, asked.optimizer, batch);
  const std::string net = nn::print_net(asked.net);
  const int threads = choose_threads(arguments.integer("--threads", 0, most_threads), console);
  TrainOptions training;
  training.optimizer = asked.optimizer;
  training.batch = asked.batch;
  StepRows rows{.train = asked.batch, .batch = asked.batch};
  const auto budget = arguments.text("--memory");
  if (budget) training.memory = read_bytes(*budget, "--memory");
  const auto memory_of = budget ? choose_parts : memory_use;
  const Engine engine({.threads = threads, .isa = name(instruction_set())});
  const MemoryUse use = memory_of(engine, model, asked.loss, training, batch, rows, threads);
  std::vector<Shown> shown = shown_plans(asked, model, batch, use.parts);
  if (arguments.has("--svg")) {
    console.print(plan_picture(shown[0].plan, "memory of a training step of " + net + ", batch " +
                                                  std::to_string(asked.batch) +
                                                  (use.parts.rows ? ": " + shown[0].title : "")));
    return 0;
  }
  for (Shown& one : shown)
    one.times = time_plan(one.graph, one.plan, use.threads, arguments.has("--profile"), program_options(asked, batch));
  if (arguments.has("--json")) {
    print_json(console, json_of(cost, shown, use, net, asked.batch));
    return 0;
  }
  if (!asked.chosen.reason.empty()) {
    console.print(report::wrapped("precision", precision_text(asked.chosen.precision, asked.chosen.reason), 11,
                                  console.out().width));
  }
  console.print(text_of(cost, net));
  console.print(report::wrapped("\nmemory of a training", describe(use, rows, threads), 22, console.out().width));
  const auto width = static_cast<std::size_t>(console.out().width);
  for (const Shown& one : shown) {
    console.print("\n" + (one.title.empty() ? "" : one.title + "\n") +
                  cli::text_of(one.plan, one.times, arguments.has("--why"), width) + "\n" + memory_text(one.plan) +
                  cli::text_of(one.times, one.plan) + "\n" +
                  lifetime_chart(one.plan, width, console.out().live ? "\u2588" : "#"));
  }
  return 0;
}

}  // namespace

extern const Command plan_command{"plan",  "shows what a training step of a network costs; trains nothing", {},
                                  options, "gradus plan --net \"128 relu\" --input 784 --batch 128",        run_plan};

}  // namespace gradus::cli
