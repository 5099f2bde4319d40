#include "gradus/engine/runtime/program.hpp"

#include <algorithm>
#include <atomic>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/remedy.hpp"

namespace gradus {
namespace {

/// "a, b, c", and how many more.
std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t most = 12;
  if (names.empty()) return "none";
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) out += (i ? ", " : "") + printable(names[i]);
  return names.size() > most ? out + " and " + std::to_string(names.size() - most) + " more" : out;
}

/// `what`: "input", "output" or "state".
[[noreturn]] void refuse_name(const char* what, std::string_view name, const std::string& where,
                              const std::vector<std::string>& names) {
  throw UserError(Fault::usage,
                  Report{std::string(what) + " \"" + printable(name) + "\"", "no such " + std::string(what) + where,
                         "one of: " + list_of(names),
                         names.empty() ? "it left out" : printable(nearest_or(name, names, names.front()))});
}

[[noreturn]] void refuse_use(const char* what, std::string_view name, const char* found, const char* expected,
                             const std::string& remedy) {
  throw UserError(Fault::usage, Report{std::string(what) + " \"" + printable(name) + "\"", found, expected, remedy});
}

std::string quoted(std::string_view name) { return "\"" + printable(name) + "\""; }

[[noreturn, gnu::noinline]] void refuse_second_run() {
  throw UserError(Fault::usage, Report{"program", "a run while another thread runs it", "one thread at a time",
                                       "a program (or compiled step) for each thread, on the same engine"});
}

/// Another thread would read and write the same memory. That is noticed, not prevented: an exchange would cost a tiny
/// program more than its own work.
class Running {
 public:
  explicit Running(std::atomic<bool>& flag) : flag_(flag) {
    if (flag.load(std::memory_order_relaxed)) refuse_second_run();
    flag.store(true, std::memory_order_relaxed);
  }
  ~Running() { flag_.store(false, std::memory_order_relaxed); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::atomic<bool>& flag_;
};

}  // namespace

struct Program::Impl {
  Engine* engine = nullptr;
  std::shared_ptr<const Executable> code;
  std::unique_ptr<State> state = code->make_state();
  std::unique_ptr<Context> context = code->make_context();
  std::atomic<bool> running{false};
  int graph_count = checked_cast<int>(code->signature().graphs.size());

  Impl(Engine& of, std::vector<Graph> graphs, const ProgramOptions& options)
      : engine(&of), code(of.compile(std::move(graphs), options)) {}

  const SlotTable& table() const { return *code->signature().table; }
  const Signature::Of& graph(int number) const {
    check_graph(*code, number);
    return code->signature().graphs[static_cast<std::size_t>(number)];
  }
  std::string name(SlotId slot) const { return table().has(slot) ? table()[slot].name : ""; }
  bool is_input(SlotId slot) const { return table().has(slot) && table()[slot].role == Role::input; }

  View input(int number, SlotId slot) {
    const Signature::Of& of = graph(number);
    if (!of.slots.contains(slot) || code->signature().is_state(slot)) refuse_input(number, slot, name(slot));
    return context->input(number, slot);
  }

  void check_state(SlotId slot, std::string_view called) const {
    if (!code->signature().is_state(slot)) refuse_state(slot, called);
  }

  // Apart, so that the lookups before them stay small.
  [[noreturn]] void refuse_input(int number, SlotId slot, std::string_view called) const {
    if (code->signature().is_state(slot)) {
      refuse_use("input", called, "state, whose layout is the program's affair", "an input",
                 "write(" + quoted(called) + ", value)");
    }
    std::vector<std::string> names;
    for (const auto& [of, type] : graph(number).slots) {
      if (is_input(of)) names.push_back(name(of));
    }
    refuse_name("input", called, in_graph(number), names);
  }
  [[noreturn]] void refuse_state(SlotId slot, std::string_view called) const {
    if (is_input(slot)) {
      refuse_use("state", called, "an input, which is given before each run", "state",
                 "input(0, " + quoted(called) + "), its memory");
    }
    std::vector<std::string> names;
    for (const auto& [of, type] : code->signature().state) names.push_back(name(of));
    refuse_name("state", called, "", names);
  }
  [[noreturn]] void refuse_output(int number, std::string_view wanted) const {
    if (code->signature().is_state(table().find(wanted))) {
      refuse_use("output", wanted, "state", "a result of the graph", "read(" + quoted(wanted) + ")");
    }
    std::vector<std::string> names;
    for (const Signature::Result& result : graph(number).results) names.push_back(result.name);
    refuse_name("output", wanted, in_graph(number), names);
  }
  std::string in_graph(int number) const {
    return code->signature().graphs.size() == 1 ? "" : " in graph " + std::to_string(number);
  }
};

Program::Program(Engine& engine, std::vector<Graph> graphs, const ProgramOptions& options)
    : parts_(std::make_unique<Impl>(engine, std::move(graphs), options)) {}

Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

const SlotTable& Program::slots() const { return parts_->table(); }
bool Program::has(int graph, SlotId slot) const { return parts_->graph(graph).slots.contains(slot); }
View Program::input(int graph, SlotId slot) { return parts_->input(graph, slot); }

View Program::input(int graph, std::string_view name) {
  static_cast<void>(parts_->graph(graph));
  const SlotId slot = slots().find(name);
  if (!slot) parts_->refuse_input(graph, slot, name);
  return parts_->input(graph, slot);
}

ConstView Program::output(int graph, std::string_view name) const {
  const int number = parts_->graph(graph).result(name);
  if (number < 0) parts_->refuse_output(graph, name);
  return parts_->context->output(graph, number);
}

void Program::write(SlotId slot, ConstView value) {
  parts_->check_state(slot, parts_->name(slot));
  const Type& type = slots()[slot].type;
  if (!(type == value.type())) {
    throw UserError(Fault::usage, Report{"state " + quoted(parts_->name(slot)), to_string(value.type()),
                                         to_string(type), "a tensor of that type and shape"});
  }
  parts_->state->write(slot, value);
}

void Program::write(std::string_view name, ConstView value) {
  parts_->check_state(slots().find(name), name);
  write(slots().find(name), value);
}

Tensor Program::read(SlotId slot) const {
  parts_->check_state(slot, parts_->name(slot));
  return parts_->state->read(slot);
}

Tensor Program::read(std::string_view name) const {
  parts_->check_state(slots().find(name), name);
  return read(slots().find(name));
}

void Program::run(int graph) {
  const Running running(parts_->running);
  if (graph < 0 || graph >= parts_->graph_count) refuse_graph(*parts_->code, graph);
  parts_->code->run(graph, *parts_->state, *parts_->context);
}

Engine& Program::engine() const { return *parts_->engine; }
const Executable& Program::code() const { return *parts_->code; }
State& Program::state() { return *parts_->state; }
Context& Program::context() { return *parts_->context; }

}  // namespace gradus
