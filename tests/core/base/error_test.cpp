#include "gradus/core/base/error.hpp"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Describe, JoinsThePartsThatAreThere) {
  EXPECT_EQ(describe({"cars.csv:3", "two cells", "four", "delete line 3"}),
            "cars.csv:3: found two cells; expected four; try: delete line 3");
  EXPECT_EQ(describe({"--rate", "", "a number", ""}), "--rate; expected a number");
}

TEST(Printable, SpellsOutControlCharacters) { EXPECT_EQ(printable("a\n\x1b[0m"), "a\\x0a\\x1b[0m"); }

}  // namespace
}  // namespace gradus
