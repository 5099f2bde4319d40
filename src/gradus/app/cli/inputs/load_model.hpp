// A saved model as the verbs use it.
#pragma once

#include <string>

#include "gradus/app/report/console.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {

/// The model at `path`. Says what there is to note, and warns of weights that are not finite.
/// Throws UserError(Fault::model_file).
TrainedModel load_model(const std::string& path, report::Console& console);

/// The same for who cannot go on with such weights. Throws UserError(Fault::check) for them.
TrainedModel load_finite_model(const std::string& path, report::Console& console);

}  // namespace gradus::cli
