// Where results go: no verb destroys what it reads, a device, or another result.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <sstream>

#include "gradus/learn/io/model_file.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

namespace fs = std::filesystem;

/// A folder with a model, its table, links to both, and answers and settings.
struct Outputs : ::testing::Test {
  Outputs() {
    EXPECT_EQ(gradus("train cars.csv --epochs 2 -o m.gradus").code, 0);
    model = gradus.folder.read("m.gradus");
    fs::create_symlink("cars.csv", gradus.folder.path("soft.csv"));
    fs::create_hard_link(gradus.folder.path("cars.csv"), gradus.folder.path("hard.csv"));
    fs::create_symlink("m.gradus", gradus.folder.path("soft.gradus"));
    gradus.folder.write("a.json", answers);
    gradus.folder.write("c.toml", settings);
  }
  void expect_unchanged(const std::string& after) const {
    EXPECT_EQ(gradus.folder.read("cars.csv"), test::cars_csv) << after;
    EXPECT_EQ(gradus.folder.read("m.gradus"), model) << after;
    EXPECT_EQ(gradus.folder.read("a.json"), answers) << after;
    EXPECT_EQ(gradus.folder.read("c.toml"), settings) << after;
    EXPECT_TRUE(fs::is_symlink(gradus.folder.path("soft.csv"))) << after;
    EXPECT_EQ(fs::hard_link_count(gradus.folder.path("cars.csv")), 2u) << after;
  }

  static constexpr const char* answers = "{\"y\": 4}\n";
  static constexpr const char* settings = "[train]\nepochs = 1\n";
  const test::Program gradus;
  std::string model;
};

TEST_F(Outputs, AreNeverInputs) {
  for (const std::string line :
       {"explain m.gradus cars.csv -o cars.csv", "explain m.gradus cars.csv --html soft.csv",
        "explain m.gradus soft.csv --svg -o hard.csv", "explain m.gradus cars.csv --dot -o ./m.gradus",
        "explain soft.gradus cars.csv --html m.gradus", "check m.gradus cars.csv -o soft.gradus",
        "check m.gradus hard.csv --json -o $PWD/cars.csv", "predict m.gradus cars.csv -o hard.csv",
        "predict m.gradus - -o cars.csv <cars.csv", "predict m.gradus - --json -o /dev/stdin <>cars.csv",
        "explain 'x^2' --at x=2 --grade a.json -o a.json", "train cars.csv --config c.toml --log c.toml -o n.gradus",
        "train hard.csv --log soft.csv -o n.gradus", "train cars.csv -o soft.csv"}) {
    const test::Ended ended = gradus(line);
    EXPECT_EQ(ended.code, 2) << line << "\n" << ended.err;
    EXPECT_NE(ended.err.find("the same file as "), std::string::npos) << line << "\n" << ended.err;
    expect_unchanged(line);
  }
}

TEST_F(Outputs, OfTextDoNotReplaceAModel) {
  for (const std::string line :
       {"explain 'x^2' --at x=3 --html m.gradus", "check 'x^2' --at x=3 -o soft.gradus",
        "predict m2.gradus cars.csv -o m.gradus", "train cars.csv --log m.gradus -o n.gradus"}) {
    gradus.folder.write("m2.gradus", model);
    const test::Ended ended = gradus(line);
    EXPECT_EQ(ended.code, 2) << line << "\n" << ended.err;
    EXPECT_NE(ended.err.find("found a model"), std::string::npos) << line << "\n" << ended.err;
    expect_unchanged(line);
  }
}

TEST_F(Outputs, OfOneCallAreSeveralFiles) {
  for (const std::string line :
       {"explain 'x^2' --at x=3 --html p -o p", "explain 'x^2' --at x=3 --html p -o ./p",
        "train cars.csv -o n --log $PWD/n", "train cars.csv --log cars.gradus -o cars.gradus"}) {
    const test::Ended ended = gradus(line);
    EXPECT_EQ(ended.code, 2) << line << "\n" << ended.err;
    EXPECT_FALSE(fs::exists(gradus.folder.path("p")) || fs::exists(gradus.folder.path("n"))) << line;
  }
}

TEST_F(Outputs, StandardOutputMayNotBeAnInputEither) {
  const std::string line = "cd '" + gradus.folder.path() + "' && '" GRADUS_BINARY "' ";
  EXPECT_NE(std::system((line + "predict m.gradus cars.csv 1<>cars.csv 2>err.txt").c_str()), 0);
  EXPECT_NE(std::system((line + "inspect m.gradus >>m.gradus 2>err.txt").c_str()), 0);
  expect_unchanged("1<>cars.csv");
}

TEST_F(Outputs, GoIntoDevicesPipesAndDescriptors) {
  const std::string expected = gradus("predict m.gradus cars.csv").out;
  EXPECT_EQ(gradus("predict m.gradus cars.csv -o -").out, expected);
  EXPECT_EQ(gradus("predict m.gradus cars.csv -o /dev/stdout").out, expected);
  EXPECT_EQ(gradus("predict m.gradus cars.csv -o /dev/stderr").err, expected);
  EXPECT_EQ(gradus("train cars.csv --epochs 1 -o /dev/null --log /dev/null").code, 0);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  const test::Ended full = gradus("explain 'x^2' --at x=3 -o /dev/full");
  EXPECT_EQ(full.code, 1) << full.err;
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  gradus.folder.write("joined", "before\n");
  EXPECT_EQ(gradus("predict m.gradus cars.csv -o /dev/fd/5 5>>joined").code, 0);
  EXPECT_EQ(gradus.folder.read("joined"), "before\n" + expected);
  ASSERT_EQ(::mkfifo(gradus.folder.path("fifo").c_str(), 0600), 0);
  const std::string line = "cd '" + gradus.folder.path() + "' && cat fifo >got & cd '" + gradus.folder.path() +
                           "' && '" GRADUS_BINARY "' predict m.gradus cars.csv -o fifo && wait";
  EXPECT_EQ(std::system(line.c_str()), 0);
  EXPECT_EQ(gradus.folder.read("got"), expected);
  EXPECT_TRUE(fs::is_fifo(gradus.folder.path("fifo")));
}

// What is said beside it then goes to standard error, so that the reader gets a model or a log and nothing else.
TEST_F(Outputs, StandardOutputHoldsAModelAlone) {
  const test::Ended ended = gradus("train cars.csv --epochs 2 -o /dev/stdout");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(io::parse_model_file(std::as_bytes(std::span(ended.out)), "m").tensors.size(), 6u);
  EXPECT_NE(ended.err.find("trained "), std::string::npos);
  const test::Ended logged = gradus("train cars.csv --epochs 2 --log - -o n.gradus");
  std::istringstream log(logged.out);
  for (std::string line; std::getline(log, line);) {
    EXPECT_TRUE(json::parse(line, "log").find("event") != nullptr) << line;
  }
}

TEST_F(Outputs, FreeNamesAreTakenByOneEach) {
  const std::string one = "'" GRADUS_BINARY "' train cars.csv --epochs 40 --threads 1 --json";
  std::string line = "cd '" + gradus.folder.path() + "'";
  for (int i = 0; i < 6; ++i) line += "\n" + one + " >out" + std::to_string(i) + " 2>/dev/null &";
  ASSERT_EQ(std::system((line + "\nwait").c_str()), 0);
  std::set<std::string> names;
  for (int i = 0; i < 6; ++i) {
    const std::string out = gradus.folder.read("out" + std::to_string(i));
    const std::string name = json::parse(out, "out").at("model").text();
    EXPECT_NO_THROW(io::load(gradus.folder.path(name)));
    names.insert(name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"cars.gradus", "cars-2.gradus", "cars-3.gradus", "cars-4.gradus",
                                          "cars-5.gradus", "cars-6.gradus"}));
  for (const auto& entry : fs::directory_iterator(gradus.folder.path())) {
    EXPECT_FALSE(entry.path().filename().string().ends_with("unfinished")) << entry.path();
  }
}

}  // namespace
}  // namespace gradus
