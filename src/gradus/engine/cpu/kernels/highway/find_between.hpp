// Looking for numbers of a range among many.
#pragma once

#include <cstdint>

namespace gradus::highway {

/// The first place from `place` on, below `count`, whose number is at least `low` and below `high`; `count` when there
/// is none.
using FindBetween = std::int64_t (*)(const void* numbers, std::int64_t place, std::int64_t count, std::int64_t low,
                                     std::int64_t high);

/// Among numbers of i32 or i64, with the best instruction set that this machine has.
FindBetween find_between_i32();
FindBetween find_between_i64();

}  // namespace gradus::highway
