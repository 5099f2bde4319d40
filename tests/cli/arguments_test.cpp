// How words become operands and settings, where a simple reading would lose some of them.
#include <gtest/gtest.h>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

double gradient_of(const test::Ended& ended, const std::string& name) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  const json::Value document = json::parse(ended.out, "standard output");
  for (const json::Value& node : document.at("nodes").array()) {
    if (node.at("name").text() == name) return node.at("gradient").at("data").array().at(0).number();
  }
  ADD_FAILURE() << ended.out;
  return 0;
}

TEST(Arguments, AllAfterTwoDashesAreOperands) {
  const test::Program gradus;
  EXPECT_EQ(gradient_of(gradus("explain --at x=3 --json -- -x^2"), "x"), -6);
  EXPECT_EQ(gradient_of(gradus("explain --json --at t=2 -- '-t*t*t'"), "t"), -12);
  EXPECT_EQ(gradus("check --at a=2 -- -a^3").code, 0);
  gradus.folder.write("-cars.csv", test::cars_csv);
  EXPECT_EQ(gradus("train --epochs 1 -o m.gradus -- -cars.csv").code, 0);
  EXPECT_EQ(gradus("predict -- m.gradus -cars.csv").code, 0);
  EXPECT_EQ(gradus("predict m.gradus -- -cars.csv").code, 0);
  const test::Ended several = gradus("predict m.gradus cars.csv -- -cars.csv");
  EXPECT_EQ(several.code, 2);
  EXPECT_NE(several.err.find("found 2 files for a model of a table"), std::string::npos) << several.err;
  const test::Ended many = gradus("train cars.csv -- -cars.csv");
  EXPECT_EQ(many.code, 2);
  EXPECT_NE(many.err.find("too many operands: \"-cars.csv\""), std::string::npos) << many.err;
  const test::Ended options = gradus("explain -- -x^2 --at x=1");
  EXPECT_EQ(options.code, 2);
}

TEST(Arguments, WhatIsTriedForAFormulaThatBeginsWithAMinusWorks) {
  const test::Program gradus;
  const test::Ended refused = gradus("explain -y*y --at y=1.5");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("try: -- \"-y*y\" at the end"), std::string::npos) << refused.err;
  EXPECT_EQ(gradient_of(gradus("explain --at y=1.5 --json -- \"-y*y\""), "y"), -3);
}

constexpr const char* commas = "\"last, first\",a,\"b\"\"c\",y\nx1,1,4,1\nx2,2,3,4\nx3,3,9,2\nx4,4,1,7\n";

std::string inputs_of(const test::Program& gradus, const std::string& model) {
  const test::Ended ended = gradus("inspect " + model + " --json");
  EXPECT_EQ(ended.code, 0) << ended.err;
  std::string names;
  const json::Value document = json::parse(ended.out, "standard output");
  for (const json::Value& column : document.at("model").at("schema").at("columns").array()) {
    names += column.at("name").text() + "|";
  }
  return names;
}

TEST(Arguments, ColumnsWithCommasAndQuotesInTheirNames) {
  const test::Program gradus;
  gradus.folder.write("t.csv", commas);
  const std::string train = "train t.csv --epochs 1 --valid 0 -o m.gradus ";
  EXPECT_EQ(gradus(train + "--ignore '\"last, first\"'").code, 0);
  EXPECT_EQ(inputs_of(gradus, "m.gradus"), "a|b\"c|");
  EXPECT_EQ(gradus(train + "--ignore '\"last, first\",\"b\"\"c\"'").code, 0);
  EXPECT_EQ(inputs_of(gradus, "m.gradus"), "a|");
  EXPECT_EQ(gradus(train + "--set 'data.ignore=\"last, first\", a'").code, 0);
  EXPECT_EQ(inputs_of(gradus, "m.gradus"), "b\"c|");
  const test::Ended cut = gradus(train + "--ignore 'last, first'");
  EXPECT_EQ(cut.code, 2);
  EXPECT_NE(cut.err.find("try: --ignore '\"last, first\"'"), std::string::npos) << cut.err;
  // What the outcome says of the settings is what a flag takes.
  const test::Ended said = gradus(train + "--json --categorical '\"last, first\",a'");
  EXPECT_EQ(json::parse(said.out, "t").at("settings").at("data.categorical").text(), "\"last, first\",a") << said.err;
}

TEST(Arguments, ListsOfAConfigurationFileAreWholeOrRefused) {
  const test::Program gradus;
  gradus.folder.write("t.csv", commas);
  const auto train = [&](const std::string& toml) {
    gradus.folder.write("run.toml", toml);
    return gradus("train t.csv --epochs 1 --valid 0 -o m.gradus --config run.toml");
  };
  EXPECT_EQ(train("[data]\nignore = [\"last, first\", \"a\"]\n").code, 0);
  EXPECT_EQ(inputs_of(gradus, "m.gradus"), "b\"c|");
  EXPECT_EQ(train("[data]\nignore = ['b\"c', 'last, first']\n").code, 0);
  EXPECT_EQ(inputs_of(gradus, "m.gradus"), "a|");
  EXPECT_EQ(train("[model]\nnet = [\"8 relu\", \"4 tanh\"]\n").code, 0);
  const std::pair<const char*, const char*> bad[] = {
      {"[data]\nignore = [\"a\", {x = 1}, \"b\"]\n", "run.toml:2:16: found a table inside a list"},
      {"[data]\ncategorical = [[\"a\"], \"b\"]\n", "run.toml:2:16: found a list inside a list"},
      {"[data]\nignore = [\"a\", 2020-01-01]\n", "run.toml:2:16: found a date or a time inside a list"},
      {"[data]\ntarget = [\"a\", \"y\"]\n", "run.toml:2:1: found a list for data.target"},
      {"[optimizer]\nrate = [0.1]\n", "run.toml:2:1: found a list for optimizer.rate"},
      {"[model.net]\nwidth = 8\n", "run.toml:2:1: found an unknown key, model.net.width"},
      {"[data]\nignore = {}\n", "run.toml:2:1: found a table"},
      {"[[data]]\nignore = \"a\"\n", "found a table inside a list"},
  };
  for (const auto& [toml, message] : bad) {
    const test::Ended ended = train(toml);
    EXPECT_EQ(ended.code, 2) << toml;
    EXPECT_NE(ended.err.find(message), std::string::npos) << toml << ended.err;
  }
}

}  // namespace
}  // namespace gradus
