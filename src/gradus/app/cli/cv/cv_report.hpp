// A cross-validation as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "gradus/app/cli/cv/fold_result.hpp"
#include "gradus/app/cli/cv/mean_of_folds.hpp"
#include "gradus/learn/data/note.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

struct CrossValidation {
  std::string data;  // path
  std::int64_t rows = 0;
  int folds = 0;  // of a repeat
  std::int64_t repeats = 1;
  std::uint64_t seed = 0;
  std::string by;  // "class", "group", "time", "row"
  Settings said;
  data::Notes notes;
  std::vector<FoldResult> results;
};

/// "fold 2/5  R2 0.9012, mean error 1205; trivial 0.0000; linear 0.8; 12 rows, learnt from 48"
std::string fold_text(const FoldResult& fold, std::size_t number, std::size_t count);
/// Mean, interval and spread of every metric, beside the trivial answer and the linear model; tables of counts below.
std::string summary_text(const CrossValidation& of);
json::Value to_json(const CrossValidation& of);

}  // namespace gradus::cli
