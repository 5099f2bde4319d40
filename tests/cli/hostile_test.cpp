// What a file, a pipe or a disk can do to the program, and that what it advises works.
#include <gtest/gtest.h>

#include "tests/cli/program.hpp"

namespace gradus {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Settings, ThatNestTooDeepAreRefused) {
  const test::Program gradus;
  const std::pair<std::string, std::string> cases[] = {
      {repeated("a.", 15000) + "a = 1\n", "c.toml:1:32: "},
      {"# a.b\n[" + repeated("a . ", 15000) + "a]\nb = 1\n", "c.toml:2:64: "},
      {"x = \"\"\"\n\\\"\n\"\"\"\ny = {" + repeated("'b'.", 15000) + "c = 1}\n", "c.toml:4:69: "},
      {"x = " + repeated("[", 15000) + "\n", "c.toml:1:37: "},
      {"x = " + repeated("{a.a.a=", 15000) + "\n", "c.toml:1:229: "}};
  for (const auto& [text, place] : cases) {
    gradus.folder.write("c.toml", text);
    const test::Ended ended = gradus("train cars.csv --config c.toml --epochs 1 -o o.gradus");
    EXPECT_EQ(ended.code, 2) << place << ended.err;
    EXPECT_EQ(ended.err.find(place), 0u) << ended.err;
    EXPECT_LT(ended.err.size(), 400u);
  }
}

TEST(Settings, WithALongNameAreShownInShort) {
  const test::Program gradus;
  gradus.folder.write("c.toml", "[train]\n" + repeated("k", 50000) + " = 1\n");
  const test::Ended plain = gradus("train cars.csv --config c.toml");
  EXPECT_NE(plain.err.find("an unknown key, train." + repeated("k", 74) + "...;"), std::string::npos);
  gradus.folder.write("c.toml", "\"" + repeated("\xc3\xa9", 5000) + "\" = 1\n");
  const test::Ended accents = gradus("train cars.csv --config c.toml");
  EXPECT_NE(accents.err.find("an unknown key, " + repeated("\xc3\xa9", 40) + "...;"), std::string::npos);
  EXPECT_EQ(plain.code, 2);
  EXPECT_EQ(accents.code, 2);
}

TEST(Settings, MayHaveDotsInTextsAndComments) {
  const test::Program gradus;
  const std::string dots = repeated("a.", 100);
  gradus.folder.write("c.toml", "# " + dots + "\n[data] # " + dots + "\nignore = [\"fuel\"] # " + dots + "'\n" +
                                    "[train]\nepochs = 1\n");
  EXPECT_EQ(gradus("train cars.csv --config c.toml -o o.gradus").code, 0);
  for (const std::string& quoted :
       {"\"" + dots + "\"", "'" + dots + "'", "'''\n" + dots + "'''", "\"\\\"" + dots + "\""}) {
    gradus.folder.write("c.toml", "[data]\ntarget = " + quoted + "\n");
    const test::Ended ended = gradus("train cars.csv --config c.toml --epochs 1 -o p.gradus");
    EXPECT_NE(ended.err.find(dots), std::string::npos) << ended.err;  // a column that there is not
    EXPECT_EQ(ended.err.find("parts"), std::string::npos) << ended.err;
  }
}

TEST(Explain, TakesStandardInput) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 2 -o m.gradus").code, 0);
  for (const std::string row : {"1", "4"}) {
    const test::Ended file = gradus("explain m.gradus cars.csv --row " + row + " --json");
    const test::Ended pipe = gradus("explain m.gradus - --row " + row + " --json <cars.csv");
    ASSERT_EQ(pipe.code, 0) << pipe.err;
    EXPECT_EQ(file.out.substr(file.out.find("\"features\"")), pipe.out.substr(pipe.out.find("\"features\"")));
  }
  EXPECT_NE(gradus("explain m.gradus - --row 3 <cars.csv").out.find("190000"), std::string::npos);
}

TEST(Models, ThatCannotBeLoadedAreTheSameForEveryVerb) {
  const test::Program gradus;
  gradus.folder.write("folder/x", "");
  for (const std::string model : {"none.gradus", "none", "folder", "/dev/null", "cars.csv"}) {
    for (const std::string verb : {"predict", "evaluate", "explain", "check"}) {
      const test::Ended ended = gradus(verb + " " + model + " cars.csv");
      EXPECT_EQ(ended.code, 7) << verb << " " << model << "\n" << ended.err;
      EXPECT_NE(ended.err.find("try: "), std::string::npos) << ended.err;
    }
    EXPECT_EQ(gradus("inspect " + model).code, 7) << model;
  }
  EXPECT_EQ(gradus("explain none.gradus").code, 7);
  EXPECT_EQ(gradus("check none.gradus").code, 7);
  EXPECT_EQ(gradus("explain 'x^2' --at x=2").code, 0);
}

TEST(Log, OfAFullDiskIsAFailureAfterSaving) {
  const test::Program gradus;
  const test::Ended full =
      gradus("train cars.csv --net '4 relu, 1' --epochs 1200 -o m.gradus --log big.log", "ulimit -f 256;");
  EXPECT_EQ(full.code, 1) << full.err;
  EXPECT_NE(full.err.find("the log is incomplete"), std::string::npos) << full.err;
  EXPECT_EQ(gradus("inspect m.gradus").code, 0);
  EXPECT_EQ(gradus("train cars.csv --epochs 20 -o n.gradus --log small.log").code, 0);
}

TEST(Advice, AfterTrainingNamesWhatCanBeRead) {
  const test::Program gradus;
  const test::Ended piped = gradus("train - --epochs 1 -o m.gradus <cars.csv");
  EXPECT_NE(piped.out.find("  gradus predict m.gradus - -o predictions.csv\n"), std::string::npos) << piped.out;
  EXPECT_EQ(gradus("predict m.gradus - -o predictions.csv <cars.csv").code, 0);
  for (const std::string out : {"/dev/null", "- | cat >/dev/null", "/dev/stdout | cat >/dev/null"}) {
    const test::Ended ended = gradus("train cars.csv --epochs 1 -o " + out);
    EXPECT_EQ((ended.out + ended.err).find("gradus inspect"), std::string::npos) << ended.err;
  }
}

TEST(Advice, ForARegressionOfTextsIsClassification) {
  const test::Program gradus;
  gradus.folder.write("kinds.csv", "a,kind\n1,x\n2,y\n3,x\n4,y\n");
  const test::Ended refused = gradus("train kinds.csv --task regression -o m.gradus");
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("try: --task classification"), std::string::npos) << refused.err;
  EXPECT_EQ(gradus("train kinds.csv --task classification --epochs 1 -o m.gradus").code, 0);
  gradus.folder.write("slip.csv", "a,b\n1,1\n2,2\n3,x\n4,5\n");
  EXPECT_NE(gradus("train slip.csv --task regression -o m.gradus").err.find("try: correct it"), std::string::npos);
}

TEST(Advice, QuotesNamesAsAShellNeedsIt) {
  for (const std::string name : {"a b IN OUT.csv", "it's.csv", "say \"x\" $HOME.csv"}) {
    const test::Program gradus;
    gradus.folder.write(name, std::string("a,b\n1,caf\xe9\n2,x\n3,caf\xe9\n4,x\n"));
    const test::Ended refused =
        gradus("train *.csv --target b --encoding utf-8 --epochs 1 -o m.gradus", "rm cars.csv;");
    const std::size_t at = refused.err.find("try: iconv");
    ASSERT_NE(at, std::string::npos) << refused.err;
    const std::string advice = refused.err.substr(at + 5, refused.err.find('\n', at) - at - 5);
    const std::string line = "cd '" + gradus.folder.path() + "' && " + advice + " && rm \"$(ls -tr *.csv | head -1)\"";
    EXPECT_EQ(std::system(line.c_str()), 0) << line;
    EXPECT_EQ(gradus("train *.csv --target b --encoding utf-8 --epochs 1 -o m.gradus").code, 0) << advice;
  }
}

}  // namespace
}  // namespace gradus
