// tests/errors/*.txt: command lines, the exit code, and the last line that the program says. A golden file a family:
//   $ gradus train cars.csv --batch 0
//   exit 2
//   --batch: found "0"; ...
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/cli/program.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

struct Case {
  std::string arguments, message;
  int code = 0;
};

std::vector<Case> read_cases(const std::filesystem::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("$ gradus")) cases.push_back({line.substr(8), "", -1});
    else if (line.starts_with("exit ")) cases.back().code = std::stoi(line.substr(5));
    else if (!line.empty() && line[0] != '#') cases.back().message = line;
  }
  return cases;
}

std::string last_line(const std::string& text) {
  std::istringstream in(text);
  std::string last;
  for (std::string line; std::getline(in, line);) last = line;
  return last;
}

class Errors : public ::testing::TestWithParam<std::string> {};

TEST_P(Errors, SayWhatTheGoldenFileSays) {
  const auto cases = read_cases(std::filesystem::path(GRADUS_TEST_DATA) / "errors" / (GetParam() + ".txt"));
  ASSERT_FALSE(cases.empty());
  for (const Case& one : cases) {
    const test::Program gradus;
    gradus.folder.write("other.csv", "a,b\n1,2\n");
    gradus.folder.write("missing-cell.csv", "a,b\n1,2\n2,\n3,4\n");
    gradus.folder.write("unknown-key.toml", "[optimizer]\nrate = 3e-3\nmomentun = 0.9\n");
    gradus.folder.write("out-of-range.toml", "[optimizer]\nrate = -1\n");
    const test::Ended ended = gradus(one.arguments);
    EXPECT_EQ(ended.code, one.code) << one.arguments << "\n" << ended.err;
    EXPECT_EQ(last_line(ended.err), one.message) << one.arguments;
    EXPECT_EQ(ended.out, "") << one.arguments;
    EXPECT_EQ(gradus.folder.read("cars.csv"), test::cars_csv) << one.arguments;
    EXPECT_FALSE(std::filesystem::exists(gradus.folder.path("cars.gradus"))) << one.arguments;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Errors, ::testing::Values("usage", "numbers", "names", "paths", "data"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace gradus
