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

TEST(Pieces, SmallOnesLieSideBySideAndLargeOnesApart) {
  constexpr std::size_t huge = std::size_t{1} << 21;
  std::byte* at[5] = {};
  const std::size_t bytes[] = {100, 0, huge, 64, 7};
  Pieces pieces;
  for (std::size_t i = 0; i < 5; ++i) pieces.add(&at[i], bytes[i]);
  pieces.make();
  EXPECT_EQ(at[1] - at[0], 128);
  EXPECT_EQ(at[3] - at[1], 64);
  EXPECT_EQ(at[4] - at[3], 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at[0]) % 64, 0U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at[2]) % huge, 0U);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(std::all_of(at[i], at[i] + bytes[i], [](std::byte b) { return b == std::byte{0}; }));
    std::fill_n(at[i], bytes[i], std::byte{1});
  }
}

}  // namespace
}  // namespace gradus
