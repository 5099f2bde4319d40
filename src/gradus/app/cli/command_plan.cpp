// gradus plan: what a training step of a network costs; trains nothing.
#include <algorithm>

#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/defaults.hpp"
#include "gradus/app/cli/plan_cost.hpp"
#include "gradus/app/cli/plan_text.hpp"
#include "gradus/app/cli/print_json.hpp"
#include "gradus/app/cli/read_number.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus::cli {
namespace {

constexpr Option options[] = {
    {"--net", "LAYERS", "the hidden layers, as for gradus train: \"128 relu\""},
    {"--input", "SHAPE", "numbers in one row: 784, or 28x28"},
    {"--output", "NUMBER", "classes, or 1 for regression; 10 unless given"},
    {"--batch", "ROWS", "rows a step; 64 unless given"},
    {"--loss", "LOSS", "cross_entropy (mse with one output) unless given"},
    {"--optimizer", "NAME", "adam unless given"},
    {"--precision", "TYPE", "f32 (unless given) or f64"},
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
  DType dtype = DType::f32;
};

Asked read_asked(const Arguments& arguments) {
  const auto input = arguments.text("--input");
  if (!input) {
    throw UserError(Fault::usage, Report{"gradus plan", "no --input", "the numbers in one row", "--input 784"});
  }
  Asked asked{};
  asked.input = Shape{read_shape(*input).count()};
  asked.outputs = arguments.integer("--output", 1, largest).value_or(asked.outputs);
  asked.batch = arguments.integer("--batch", 1, largest).value_or(asked.batch);
  asked.net = nn::with_output(nn::parse_net(arguments.text("--net", "")), asked.outputs);
  asked.loss = loss::find_loss(arguments.text("--loss", asked.outputs > 1 ? "cross_entropy" : "mse"));
  asked.optimizer = optim::find_optimizer(arguments.text("--optimizer", "adam"));
  const std::string precision = arguments.text("--precision", "f32");
  asked.dtype = parse_dtype(precision).value_or(DType::i32);
  if (asked.dtype != DType::f32 && asked.dtype != DType::f64) {
    throw UserError(Fault::usage, Report{"--precision", "\"" + printable(precision) + "\"", "f32 or f64", ""});
  }
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

json::Value json_of(const PlanCost& cost, const Plan& plan, const std::string& net, std::int64_t batch) {
  json::Array tensors, ops;
  for (const ParameterCost& one : cost.tensors) {
    tensors.push_back(json::Object{{"name", one.name},
                                   {"shape", std::vector<std::int64_t>(one.shape.begin(), one.shape.end())},
                                   {"bytes", one.bytes}});
  }
  for (const OpCost& one : cost.ops)
    ops.push_back(json::Object{{"op", one.op}, {"nodes", one.nodes}, {"flops", one.flops}});
  return json::Object{{"schema", "gradus.plan/1"},
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
                      {"plan", cli::json_of(plan)}};
}

int run_plan(const Arguments& arguments, report::Console& console) {
  const Asked asked = read_asked(arguments);
  // Shapes alone: nothing of the network's size is allocated.
  nn::Model model{asked.net, asked.input, asked.dtype, {}};
  const BatchSpec batch{asked.batch, asked.loss.takes_classes ? asked.outputs : 0, asked.outputs};
  const PlanCost cost = plan_cost(model, asked.loss, asked.optimizer, batch);
  const Plan plan = compile_step_plan(training_step(model, asked.loss, asked.optimizer, batch, {}));
  const std::string net = nn::print_net(asked.net);
  if (arguments.has("--json")) print_json(console, json_of(cost, plan, net, asked.batch));
  else console.print(text_of(cost, net) + "\n" + cli::text_of(plan, static_cast<std::size_t>(console.out().width)));
  return 0;
}

}  // namespace

const Command plan_command{"plan",  "shows what a training step of a network costs; trains nothing", {},
                           options, "gradus plan --net \"128 relu\" --input 784 --batch 128",        run_plan};

}  // namespace gradus::cli
