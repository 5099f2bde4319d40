#include "gradus/app/report/resident.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gradus::report {
namespace {

TEST(Resident, GrowsWithWhatIsTouched) {
  constexpr std::size_t many = 64 << 20;
  const double before = resident_bytes();
  ASSERT_GT(before, 0);
  const std::vector<char> touched(many, 1);
  EXPECT_GT(resident_bytes() - before, 0.9 * static_cast<double>(many));
  EXPECT_GE(peak_resident_bytes() * 1.1, resident_bytes());
  EXPECT_EQ(touched.back(), 1);
}

}  // namespace
}  // namespace gradus::report
