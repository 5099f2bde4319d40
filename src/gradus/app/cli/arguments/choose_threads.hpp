// How many threads compute.
#pragma once

#include <cstdint>
#include <optional>

#include "gradus/app/report/console.hpp"

namespace gradus::cli {

inline constexpr std::int64_t most_threads = 1024;

/// What was asked for; 0 or nothing: as many as there are cores free for this process. Says so in a line when there are
/// fewer cores than threads: they then take turns, and wait without using a core.
int choose_threads(std::optional<std::int64_t> asked, report::Console& console);

}  // namespace gradus::cli
