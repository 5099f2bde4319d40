// One pass over rows without learning: graphs for whole batches and for the short last one, in anybody's Program.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/train/evaluation.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {

/// Rows per batch of a pass: enough to keep the threads busy, few enough to stay in cache.
inline constexpr std::int64_t pass_batch = 256;

/// Where a pass has its graphs in a program; -1: not needed.
struct Pass {
  int whole = -1;
  int last = -1;
  bool with_loss = false;
  StepSlots slots = {};
  std::int64_t batch = pass_batch;
};

/// Appends to `graphs` what a pass over `rows` rows needs, `most` at a time.
Pass add_pass(std::vector<Graph>& graphs, const StepSlots& slots, const nn::Model& model, const loss::Loss& loss,
              BatchSpec batch, std::int64_t rows, bool with_loss, std::int64_t most = pass_batch);

/// The target of `dataset` as step graphs take it.
BatchSpec batch_spec(const data::Dataset& dataset);

/// Of the metrics that were asked for those that compare classes, or numbers; the usual ones where there is none.
metric::Metrics metrics_of_target(const metric::Metrics& asked, bool classes);

/// Results of one of several targets: "price/r2", "price R2".
metric::Results named_results(const std::string& target, metric::Results results);

/// Loss and metrics over rows of a dataset, pass by pass.
class Scoring {
 public:
  /// Features of `dataset`, targets of `targets` (which may be the same); all outlive this, `encoding` too: metrics of
  /// a target that is not linear in it are of decoded numbers. Throws as metric::check.
  Scoring(const metric::Metrics& metrics, const nn::Model& model, const loss::Loss& loss, const data::Dataset& dataset,
          const data::Dataset& targets, const data::TargetEncoding* encoding = nullptr,
          metric::Intervals intervals = metric::Intervals::usual);
  /// The rows with these numbers. A pass without a loss is over rows of classes that the model does not know.
  /// REQUIRES: as many as add_pass was told, and one pass with a loss.
  void run(Program& program, const Pass& pass, std::span<const std::int64_t> rows);
  Evaluation finish();

 private:
  struct Part {  // a target
    metric::Measurement measurement;
    const data::Target* target = nullptr;  // of several
    std::int64_t first = 0, columns = 0;   // of the prediction
  };
  void measure(ConstView prediction, std::span<const std::int64_t> rows);

  std::vector<Part> parts_;
  const loss::Loss& loss_of_;
  const data::Dataset& dataset_;
  const data::Dataset& targets_;
  const data::TargetEncoding* bent_ = nullptr;  // what turns an encoded target into units, where no factor does
  Evaluation out_;
  double loss_ = 0;
};

/// Predictions for all rows of `dataset`, [rows, outputs].
Tensor predict_pass(Program& program, const Pass& pass, const Type& type, const data::Dataset& dataset);

}  // namespace gradus
