// Models in use: predict, explain, inspect and check on little, odd or hostile data.
#include "tests/cli/bad_input/entry.hpp"

namespace gradus::test {
namespace {

const BadInput entries[] = {
    {"J1 no rows", "x,f\n", "predict m.gradus t.csv", 0, {}, true},
    {"J1 nothing",
     "",
     "predict m.gradus t.csv",
     3,
     {"t.csv: found an empty file; expected a line of column names, then rows; try: "},
     true},
    {"J2 full disk",
     "x,f\n1,u\n",
     "predict m.gradus t.csv" + into(">/dev/full"),
     1,
     {"standard output: found a write error (No space left on device); expected a place that takes the result; try: "},
     true},
    {"J2 closed",
     "x,f\n1,u\n",
     "predict m.gradus t.csv" + into(">&-"),
     1,
     {"standard output: found a write error (Bad file descriptor); expected a place that takes the result; try: "},
     true},
    {"J2 full disk of a file",
     "x,f\n1,u\n",
     "predict m.gradus t.csv -o /dev/full",
     1,
     {"/dev/full: found No space left on device while writing; expected a place that takes all of it; try: "},
     true},
    {"J5 no format that it cannot hold",
     "",
     "export m.gradus --to onnx",
     2,
     {"gradus: found an unknown command, \"export\"; expected", "try: "},
     true},
    {"J8 names of columns",
     rows_of("x\x1b[31m,f,y", [](int i) { return number(i * i % 37) + ",u\x1b[2J" + number(i % 2) + "," + number(i); }),
     train_it,
     0,
     {"x\\x1b[31m"}},
    {"J8 names of columns that are missing",
     "\x1b[31m,\x07\n1,2\n",
     "predict m.gradus t.csv",
     3,
     {"t.csv:1: found no column", "\\x1b[31m"},
     true},
    {"J8 a category", "x,f\n1,\x1b[2J\n2,u\n", "predict m.gradus t.csv", 0, {"the first \"\\x1b[2J\" in line 2"}, true},
    {"J8 the name of a file",
     "",
     "predict m.gradus \"$(printf 'a\\033[31m.csv')\"",
     3,
     {"a\\x1b[31m.csv: found no such file"},
     true},
};

TEST(BadInput, ModelsInUse) {
  for (const BadInput& one : entries) expect(one);
}

TEST(BadInput, NoRowsGiveALineOfNames) {
  const Program gradus;
  gradus.folder.write("t.csv", "x,f\n");
  gradus.folder.write("learnt.csv", learnt_rows());
  ASSERT_EQ(gradus("train learnt.csv --epochs 1 -o m.gradus").code, 0);
  EXPECT_EQ(gradus("predict m.gradus t.csv").out, "y\n");
}

TEST(BadInput, ACategoryMattersAsOneColumnAndAConstantOneNotAtAll) {
  const Program gradus;
  gradus.folder.write("t.csv", rows_of("x,f,one,y", [](int i) {
                        return number(i) + "," + std::string(1, "uvw"[i % 3]) + ",5," + number(2 * i);
                      }));
  ASSERT_EQ(gradus("train t.csv --epochs 1 -o m.gradus").code, 0);
  const std::string said = gradus("inspect m.gradus --importance t.csv --json").out;
  EXPECT_NE(said.find("\"f\""), std::string::npos) << said;
  EXPECT_EQ(said.find("f=u"), std::string::npos) << said;
  EXPECT_EQ(said.find("\"one\""), std::string::npos) << said;
}

}  // namespace
}  // namespace gradus::test
