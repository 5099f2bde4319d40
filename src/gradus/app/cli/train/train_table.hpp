// gradus train of a table where nobody says which net: the recipe of learn/tables, as much of it as the effort says.
#pragma once

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/io/output/output_file.hpp"

namespace gradus::cli {

/// Throws UserError(Fault::usage) where an effort was said together with a net or what belongs to its training.
void check_effort(const Settings& said);

/// quick, unless something of one net was said, or that no rows are held back.
std::optional<tables::Effort> default_effort(const Settings& said);

/// Throws UserError(Fault::usage): an effort was asked for, and the data are images, have several targets or inputs, or
/// too few rows.
void refuse_effort(const TrainingData& data);

/// Trains, saves and reports. REQUIRES: data.effort. Returns the exit code.
int train_table(const Arguments& arguments, const Settings& said, const TrainingData& data, Engine& engine,
                io::OutputFile& file, report::Console& console);

}  // namespace gradus::cli
