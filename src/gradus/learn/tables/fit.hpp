// A table learnt with nothing said: nets on several splits beside a linear model and the trivial answer, and of these
// the best on rows that were held back, as one model.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/tables/recipe.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus::tables {

/// A net that is trained.
struct MemberReport {
  std::int64_t number = 0, count = 0;  // from 1, of how many
  std::int64_t fold = 0;               // from 1
  std::string way = {};                // of which it is
  std::int64_t epochs = 0, best_epoch = 0, steps = 0;
  double loss = 0;     // of the best epoch, on the rows held back from it
  double seconds = 0;  // since the beginning
};

struct FitOptions {
  Plan plan;
  std::uint64_t seed = 0;
  double seconds = 0;  // about, for all nets; 0: as long as the plan takes
  std::function<void(const MemberReport&)> on_member = {};
  std::function<bool()> should_stop = {};  // asked after every step: the nets until then are what there is
};

/// What may be saved, and its loss on the rows held back: mean squared error of the encoded target, or cross-entropy.
struct Candidate {
  std::string name;  // "nets", "linear model", "nets and linear model", "trivial answer"
  double loss = 0;
  std::vector<double> predictions = {};  // [rows, outputs], of rows held back: probabilities, or encoded targets
};

struct Fit {
  TrainedModel model;
  std::vector<data::Split> splits;  // of the first deal; rows held back are those that nets were tried on
  std::vector<Candidate> candidates;
  std::size_t chosen = 0;
  std::int64_t parameters = 0;  // of the model
  bool stopped = false;         // before the plan was done
  std::vector<std::string> notes = {};
};

/// `split`: the rows held back from all nets, unless the plan has folds, which are over all rows. The model's schema is
/// `schema`, which encoded `rows`. Throws UserError as Trainer. REQUIRES: rows held back, or folds.
Fit fit(Engine& engine, const data::Dataset& rows, const data::Split& split, const data::Schema& schema,
        const FitOptions& options);

}  // namespace gradus::tables
