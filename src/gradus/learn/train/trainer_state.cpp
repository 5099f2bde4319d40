// A training between two steps as a value, and on from there.
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/ongoing.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

/// What decides which numbers a training computes.
std::vector<std::pair<std::string, std::string>> facts_of(const Ongoing& t) {
  const TrainOptions& options = t.options;
  const StepRows& rows = t.decided.rows;
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](const std::string& name, const std::string& value) { out.emplace_back(name, value); };
  add("net", nn::print_net(t.model.network.net));
  add("precision", std::string(name(nn::precision_of(t.model.network))));
  add("loss", t.decided.own_phases() ? "of phases" : t.model.loss.name());
  add("optimizer", t.model.record.optimizer);
  add("groups", t.model.record.groups.empty() ? "none" : t.model.record.groups);
  for (const Phase& phase : t.decided.phases) {
    const optim::Updates& updates = phase.updates;
    const std::string before = phase.name.empty() ? "" : phase.name + ", ";
    add(before + "clipping",
        print_number(updates.clipping.value) + " of elements, " + print_number(updates.clipping.norm) + " of the norm");
    add(before + "average", print_number(updates.average));
  }
  add("schedule", t.model.record.schedule);
  add("seed", std::to_string(options.seed));
  add("rows to learn from", std::to_string(rows.train));
  add("rows held back", std::to_string(rows.validation));
  add("batch", std::to_string(rows.batch));
  add("rows of a part",
      rows.in_parts() ? std::to_string(rows.parts.rows) + (rows.parts.tree ? ", in a tree" : "") : "0");
  add("steps planned", std::to_string(t.total()));
  add("patience", std::to_string(options.patience));
  return out;
}

void check_facts(const Ongoing& t, const TrainerState& state) {
  const auto here = facts_of(t);
  for (const auto& fact : here) {
    const std::string &name = fact.first, &value = fact.second;
    const auto there =
        std::find_if(state.facts.begin(), state.facts.end(), [&](const auto& f) { return f.first == name; });
    const std::string found = there == state.facts.end() ? "nothing" : there->second;
    if (found == value) continue;
    throw UserError(Fault::usage, Report{"state of a training", name + " " + printable(found), printable(value),
                                         "a trainer made with " + name + " " + printable(found)});
  }
  const bool in_epoch = state.index >= 0 && (!t.runner || state.index < t.steps_per_epoch());
  if (!in_epoch || state.epoch < 0 || state.steps < 0 || state.schedules.size() != t.schedules.size()) {
    throw UserError(Fault::usage,
                    Report{"state of a training",
                           "epoch " + std::to_string(state.epoch) + ", step " + std::to_string(state.index) + " in it",
                           "a place in this training, with every schedule", "what Trainer::state() gave"});
  }
  t.steps.check(state.slots);
  if (state.learnt_rows == t.model.learnt_rows) return;
  throw UserError(Fault::usage,
                  Report{"state of a training", "other rows to learn from",
                         "those of " + printable(t.model.record.source), "the data of the state's training"});
}

}  // namespace

TrainerState Trainer::state() const {
  const Ongoing& t = *ongoing_;
  TrainerState out = t.now;
  out.slots = t.steps.read();
  out.seconds = t.seconds();
  for (const optim::ScheduleRun& schedule : t.schedules) out.schedules.push_back(schedule.state());
  out.facts = facts_of(t);
  out.learnt_rows = t.model.learnt_rows;
  return out;
}

void Trainer::restore(const TrainerState& state) {
  Ongoing& t = *ongoing_;
  check_facts(t, state);
  t.steps.write(state.slots);
  t.now = state;
  t.now.slots.clear();
  for (std::size_t i = 0; i < t.schedules.size(); ++i) t.schedules[i].restore(state.schedules[i]);
  t.began = Clock::now() - std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(state.seconds));
  if (t.runner && t.now.index > 0) t.runner->begin_epoch(t.now.epoch);
}

}  // namespace gradus
