// What a training does when nobody says otherwise. Recipes were chosen on validation rows, never on test rows.
#pragma once

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/learn/train/options.hpp"

namespace gradus::cli {

inline constexpr double default_validation = 0.1;
inline constexpr std::uint64_t default_seed = 0;

/// The number of epochs when another rule ends the run.
inline constexpr std::int64_t unlimited_epochs = 1'000'000;

/// What the defaults depend on.
struct DataFacts {
  bool images = false;
  std::int64_t rows = 0;  // to train on, validation rows not counted
  std::int64_t validation_rows = 0;
};

/// `said` with everything that a run needs filled in. Throws UserError(Fault::usage) for a schedule that is spread over
/// the whole training where rules alone end it, at a step that nobody knows.
Settings with_defaults(Settings said, const DataFacts& facts);

/// The options of complete settings. Throws UserError(Fault::usage) for unknown names and for settings that the
/// optimizer does not have.
TrainOptions to_options(const Settings& settings);

}  // namespace gradus::cli
