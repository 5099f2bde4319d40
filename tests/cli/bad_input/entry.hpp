// One bad input: what is given, and what the program must say and do.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/cli/program.hpp"

namespace gradus::test {

struct BadInput {
  std::string name;       // the entry of the list, and which case of it
  std::string text;       // of t.csv
  std::string arguments;  // of gradus
  int code = 0;
  std::vector<std::string> words = {};  // in what it says; of a refusal: place and found; expected; try
  bool trained = false;                 // m.gradus is there before, learnt from learnt.csv
  std::string setup = {};               // commands of a shell before it
};

inline std::string rows_of(const std::string& names, const std::function<std::string(int)>& row, int count = 40) {
  std::string text = names + "\n";
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}

/// Behind the arguments: standard output goes there and not where Program puts it.
inline std::string into(const std::string& to) { return " 2>err.txt " + to + "; exit $?; true"; }

inline std::string number(int x) { return std::to_string(x); }

/// 40 rows of x, f (u, v, w) and y = 2 x.
inline std::string learnt_rows() {
  return rows_of("x,f,y", [](int i) { return number(i) + "," + std::string(1, "uvw"[i % 3]) + "," + number(2 * i); });
}

/// Runs it, and checks exit code and words. A refusal is one message with something to try, prints no result, and
/// leaves neither a model nor a file half written; whatever is said has no control characters in it.
inline void expect(const BadInput& one) {
  SCOPED_TRACE(one.name + ": gradus " + one.arguments);
  const Program gradus;
  gradus.folder.write("t.csv", one.text);
  gradus.folder.write("learnt.csv", learnt_rows());
  if (one.trained) {
    ASSERT_EQ(gradus("train learnt.csv --epochs 2 -o m.gradus").code, 0);
  }
  const std::string before = one.trained ? gradus.folder.read("m.gradus") : "";
  const Ended ended = gradus(one.arguments, one.setup);
  EXPECT_EQ(ended.code, one.code) << ended.err;
  const std::string said = ended.err + ended.out;
  for (const std::string& word : one.words) EXPECT_NE(said.find(word), std::string::npos) << word << "\n" << said;
  EXPECT_EQ(said.find_first_of("\x1b\x07\x08"), std::string::npos) << said;
  EXPECT_EQ(said.find("terminate"), std::string::npos) << said;
  if (one.trained) {
    EXPECT_EQ(gradus.folder.read("m.gradus"), before);
  }
  if (ended.code == 0 || ended.code == 1) return;
  EXPECT_NE(ended.err.find("; try: "), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("found "), ended.err.rfind(": found ") + 2) << "more than one refusal\n" << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_EQ(std::filesystem::exists(gradus.folder.path("m.gradus")), one.trained);
}

inline const std::string train_it = "train t.csv --epochs 1 -o m.gradus";

}  // namespace gradus::test
