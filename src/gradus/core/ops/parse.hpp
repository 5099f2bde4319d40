// Reading back the text form of a graph that core/graph/print.hpp writes.
#pragma once

#include <string_view>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// The graph that `text` describes: print(parse(print(g))) == print(g). Blank lines and comments (from # to the end of
/// the line, outside quotes) are skipped. Numbers of nodes must count up from 0; a stated type must be what the op's
/// rule infers. Throws UserError (Fault::data) whose place is "name:line:column"; any text is safe to read, and takes
/// memory in proportion to its length.
Graph parse(std::string_view text, std::string_view name = "graph");

}  // namespace gradus
