// docs/extend.md says how few files a new thing takes: here its table is held to that.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "tests/support/paths.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

const fs::path root = fs::path(GRADUS_TEST_DATA) / "..";

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The paths of the project in a cell of the table.
std::vector<std::string> paths_in(const std::string& cell) {
  static const std::regex quoted("`(src/[^`]*)`");
  std::vector<std::string> out;
  for (std::sregex_iterator at(cell.begin(), cell.end(), quoted), end; at != end; ++at) out.push_back((*at)[1]);
  return out;
}

struct Row {
  std::string thing, files;
  std::vector<std::string> where, list;
};

std::vector<Row> table() {
  std::vector<Row> out;
  std::ifstream file(root / "docs/extend.md");
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::size_t at = 0;
    for (std::size_t next; line.starts_with("| ") && (next = line.find(" |", at + 1)) != line.npos; at = next + 1) {
      cells.push_back(line.substr(at + 2, next - at - 2));
    }
    if (cells.size() == 4 && cells[0] != "to add") {
      out.push_back({cells[0], cells[1], paths_in(cells[2]), paths_in(cells[3])});
    }
  }
  return out;
}

/// The files below `folder` in which the word stands, but for the list itself.
std::vector<std::string> files_with(const std::string& word, const fs::path& folder, const fs::path& list) {
  const std::regex whole("\\b" + word + "\\b");
  std::vector<std::string> out;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp" || fs::equivalent(entry.path(), list)) continue;
    if (std::regex_search(text_of(entry.path()), whole)) out.push_back(entry.path().filename().string());
  }
  return out;
}

TEST(Extend, NamesWhatIsThere) {
  ASSERT_GE(table().size(), 12U);
  for (const Row& row : table()) {
    EXPECT_FALSE(row.where.empty()) << row.thing;
    for (const auto& paths : {row.where, row.list}) {
      for (const std::string& path : paths) EXPECT_TRUE(fs::exists(root / path)) << row.thing << ": " << path;
    }
  }
}

// Each of a family whose row says "1 and its line" is made in one file of the family's folder, and named in the list.
TEST(Extend, TakesOneFileAndItsLine) {
  int families = 0;
  for (const Row& row : table()) {
    if (row.files != "1 and its line") continue;
    ASSERT_EQ(row.list.size(), 1U) << row.thing;
    ++families;
    const fs::path list = root / row.list[0];
    const std::string text = text_of(list);
    static const std::regex member("&(\\w+_(kind|command))\\b");
    std::set<std::string> members;
    for (std::sregex_iterator at(text.begin(), text.end(), member), end; at != end; ++at) members.insert((*at)[1]);
    EXPECT_GE(members.size(), 3U) << row.thing;
    for (const std::string& one : members) {
      EXPECT_EQ(files_with(one, root / row.where.at(0), list).size(), 1U) << row.thing << ": " << one;
    }
  }
  EXPECT_EQ(families, 8);
}

}  // namespace
}  // namespace gradus
