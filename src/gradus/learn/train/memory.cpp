#include "gradus/learn/train/memory.hpp"

#include <algorithm>
#include <optional>

#include "gradus/core/base/byte_size.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

/// As many threads as the budget has room for, one at the least: which parts fit does not depend on them.
MemoryUse with_threads(MemoryUse use, int threads, std::size_t budget) {
  const std::size_t one = use.engine.threads;  // of the thread that it was computed for
  const std::size_t more = use.total() >= budget ? 0 : (budget - use.total()) / std::max<std::size_t>(one, 1);
  use.threads = static_cast<int>(std::min(more + 1, static_cast<std::size_t>(std::max(threads, 1))));
  use.engine.threads = one * static_cast<std::size_t>(use.threads);
  return use;
}

/// Which ways there are to take the batch, the most wanted first.
std::vector<Parts> ways(std::int64_t batch) {
  std::vector<Parts> out{{}};
  std::int64_t largest = 1;
  while (largest * 2 < batch) largest *= 2;
  if (batch < 2) return out;
  for (std::int64_t rows = largest; rows >= rows_per_leaf; rows /= 2) out.push_back({rows, true});
  for (std::int64_t rows = largest; rows >= 1; rows /= 2) out.push_back({rows, false});
  return out;
}

}  // namespace

MemoryUse memory_use(const Engine& engine, const nn::Model& model, const loss::Loss& loss, const TrainOptions& options,
                     BatchSpec batch, const StepRows& rows, int threads) {
  StepGraphs graphs = step_graphs(model, loss, options, batch, rows);
  MemoryUse out{.parts = rows.parts, .threads = threads};
  std::size_t parameters = 0, state = 0;
  const optim::Updates updates = updates_of(options);
  for (const nn::ParameterSpec& spec : nn::parameters_of(model)) {
    const Type type{model.dtype, spec.shape};
    parameters += byte_count(type);
    if (optim::is_frozen(updates, spec.name)) continue;
    const optim::Optimizer& optimizer = optim::optimizer_of(updates, optim::group_of(updates, spec.name));
    for (const optim::StateSpec& one : optim::states(optimizer)) state += byte_count(optim::type_of(one, type));
    if (updates.average > 0) state += byte_count(type);
  }
  state += parameters;
  // The model that came in and the one that goes out; parameters and state before this epoch; the parameters of the
  // best epoch, without validation also those before it.
  out.copies = 2 * parameters + state + (rows.validation > 0 ? 1 : 2) * parameters;
  const auto code =
      engine.compile(std::move(graphs.graphs), {.own_order = rows.one_leaf(), .products = model.products});
  out.engine = code->footprint(threads);
  return out;
}

MemoryUse choose_parts(const Engine& engine, const nn::Model& model, const loss::Loss& loss,
                       const TrainOptions& options, BatchSpec batch, const StepRows& rows, int threads) {
  const auto budget = static_cast<std::size_t>(options.memory);
  std::optional<MemoryUse> least;
  std::string apart;  // why the batch cannot be taken in parts
  for (const Parts& parts : ways(rows.batch)) {
    StepRows taken = rows;
    taken.parts = parts;
    try {
      const MemoryUse use = memory_use(engine, model, loss, options, batch, taken, 1);
      if (use.total() <= budget) return with_threads(use, threads, budget);
      if (!least || use.total() < least->total()) least = use;
    } catch (const UserError& error) {
      if (error.fault() != Fault::budget || !least) throw;
      apart = error.what();
      break;
    }
  }
  const bool small = least->copies + least->engine.state > least->total() / 2;
  throw UserError(Fault::budget,
                  Report{"memory", "a budget of " + exact_size(budget),
                         "at least " + enough_size(least->total()) +
                             (apart.empty() ? "" : ", since the batch cannot be taken in parts (" + apart + ")"),
                         "--memory " + enough_size(least->total()) +
                             (small ? ", or a smaller network or --optimizer sgd" : ", or a smaller --batch")});
}

std::string describe(const MemoryUse& use, const StepRows& rows, int threads) {
  const std::string fewer = use.threads < threads
                                ? ", on " + std::to_string(use.threads) + " of " + std::to_string(threads) + " threads"
                                : "";
  std::string out = enough_size(use.total()) + " beside the data: ";
  if (use.parts.rows == 0 || use.parts.rows >= rows.batch) return out + "the whole batch at once" + fewer;
  const std::int64_t count = (rows.batch - 1) / use.parts.rows + 1;
  out += "the batch of " + std::to_string(rows.batch) + " in " + std::to_string(count) + " parts of " +
         std::to_string(use.parts.rows) + (use.parts.rows == 1 ? " row" : " rows");
  const bool same = use.parts.tree && (rows.batch & (rows.batch - 1)) == 0;
  return out + (same ? ", the same sums" : ", the same sums but for rounding") + fewer;
}

}  // namespace gradus
