#include "gradus/engine/machine/arena.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gradus {
namespace {

TEST(Arena, IsZeroAndAlignedWhateverItsSize) {
  constexpr std::size_t huge = std::size_t{1} << 21;
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{4097}, huge - 1, huge, 2 * huge + 100}) {
    const Arena arena(bytes);
    EXPECT_EQ(arena.bytes(), bytes);
    ASSERT_NE(arena.data(), nullptr);
    const auto address = reinterpret_cast<std::uintptr_t>(arena.data());
    EXPECT_EQ(address % (bytes >= huge ? huge : 64), 0U) << bytes;
    EXPECT_TRUE(std::all_of(arena.data(), arena.data() + bytes, [](std::byte b) { return b == std::byte{0}; }));
  }
}

TEST(Arena, MovesItsMemory) {
  Arena from(100);
  std::byte* const data = from.data();
  const Arena to = std::move(from);
  EXPECT_EQ(to.data(), data);
  EXPECT_EQ(Arena().data(), nullptr);
}

}  // namespace
}  // namespace gradus
