// Names of columns as --ignore and --categorical take them: zip,"last, first",id
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/schema.hpp"

namespace gradus::cli {

/// Names separated by commas, blanks around them dropped. As in CSV, a name in double quotes may hold commas, and "" in
/// it is a quote. Throws UserError(Fault::usage) at `place` for quotes that are not closed or followed by text.
std::vector<std::string> read_column_list(std::string_view text, const std::string& place);

/// "brand=make; place=lat,lon": columns by the name of an input of a net. Throws UserError(Fault::usage) at `place` for
/// what is no name.
std::vector<data::InputColumns> read_inputs(std::string_view text, const std::string& place);
std::string write_inputs(std::span<const data::InputColumns> inputs);

/// The text that read_column_list takes.
std::string write_column_list(std::span<const std::string> names);

}  // namespace gradus::cli
