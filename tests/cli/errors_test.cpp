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
    gradus.folder.write("no-target.csv", "a,b\n1,\n2,?\n3,NA\n");
    gradus.folder.write("unknown-key.toml", "[optimizer]\nrate = 3e-3\nmomentun = 0.9\n");
    gradus.folder.write("out-of-range.toml", "[optimizer]\nrate = -1\n");
    const test::Ended ended = gradus(one.arguments);
    EXPECT_EQ(ended.code, one.code) << one.arguments << "\n" << ended.err;
    EXPECT_EQ(last_line(ended.err), one.message) << one.arguments;
    EXPECT_NE(one.message.find("try: "), std::string::npos) << one.arguments;
    EXPECT_EQ(ended.out, "") << one.arguments;
    EXPECT_EQ(gradus.folder.read("cars.csv"), test::cars_csv) << one.arguments;
    EXPECT_FALSE(std::filesystem::exists(gradus.folder.path("cars.gradus"))) << one.arguments;
  }
}

/// The words of a command line, with the blanks between double quotes in them.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  bool quoted = false;
  for (std::string word; in >> word;) {
    if (quoted) words.back() += " " + word;
    else words.push_back(word);
    if (std::count(word.begin(), word.end(), '"') % 2 == 1) quoted = !quoted;
  }
  return words;
}

/// `arguments` with what a message says to try: another command line, or a flag in place of what it had.
std::string taken_literally(const std::string& arguments, const std::string& remedy) {
  if (remedy.starts_with("gradus ")) return remedy.substr(7);
  const std::vector<std::string> words = words_of(arguments), tried = words_of(remedy);
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == tried[0]) i += tried.size() - 1;
    else out += words[i] + " ";
  }
  return out + remedy;
}

// tests/errors/tries.txt
TEST(Remedies, WorkWhenTried) {
  const auto cases = read_cases(std::filesystem::path(GRADUS_TEST_DATA) / "errors/tries.txt");
  ASSERT_GE(cases.size(), 15u);
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv -o cars.gradus --epochs 1").code, 0);
  for (const Case& one : cases) {
    const test::Ended refused = gradus(one.arguments);
    EXPECT_NE(refused.code, 0) << one.arguments;
    const std::string message = last_line(refused.err);
    const std::size_t at = message.find("try: ");
    ASSERT_NE(at, std::string::npos) << one.arguments << "\n" << message;
    const std::string remedy = message.substr(at + 5);
    ASSERT_TRUE(remedy.starts_with("gradus ") || remedy.starts_with("-")) << message;
    const std::string again = taken_literally(one.arguments, remedy);
    const test::Ended worked = gradus(again);
    EXPECT_EQ(worked.code, 0) << again << "\n" << worked.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Errors, ::testing::Values("usage", "numbers", "names", "paths", "data"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace gradus
