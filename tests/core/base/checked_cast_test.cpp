#include "gradus/core/base/checked_cast.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace gradus {
namespace {

template <class F> std::string message(F&& f) {
  try {
    f();
  } catch (const TooLarge& error) {
    return error.what();
  }
  return "no error";
}

TEST(CheckedCast, KeepsWhatFits) {
  EXPECT_EQ(checked_cast<std::uint16_t>(65535), 65535);
  EXPECT_EQ(checked_cast<int>(std::uint64_t{2147483647}), 2147483647);
  EXPECT_EQ(checked_cast<int>(std::int64_t{-2147483648}), -2147483647 - 1);
  EXPECT_EQ(checked_cast<int>(-2.9), -2);
  EXPECT_EQ(checked_cast<std::int64_t>(9223372036854774784.0), 9223372036854774784);
  enum class Three : std::uint8_t { a, b, c };
  EXPECT_EQ(checked_cast<int>(Three::c), 2);
}

TEST(CheckedCast, RefusesTheRestByName) {
  EXPECT_THROW(checked_cast<std::uint16_t>(65536), TooLarge);
  EXPECT_THROW(checked_cast<std::uint32_t>(-1), TooLarge);
  EXPECT_THROW(checked_cast<int>(std::size_t{1} << 32), TooLarge);  // which a cast would make 0
  EXPECT_THROW(checked_cast<int>(std::nan("")), TooLarge);
  EXPECT_THROW(checked_cast<int>(2147483648.0), TooLarge);
  EXPECT_THROW(checked_cast<std::int64_t>(9223372036854775808.0), TooLarge);
  EXPECT_TRUE(message([] {
                checked_cast<std::int32_t>(std::int64_t{3000000000}, "rows of the matrix");
              }).starts_with("rows of the matrix: found 3000000000; expected -2147483648 to 2147483647; try: "));
}

}  // namespace
}  // namespace gradus
