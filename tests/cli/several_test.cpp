// Several targets and inputs on the command line.
#include <gtest/gtest.h>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

constexpr const char* used =
    "km,make,fuel,price\n38,Abba,gas,17\n12,Bova,gas,21\n71,Abba,oil,9\n90,Cora,oil,14\n25,Bova,gas,19\n55,Cora,oil,"
    "16\n";
constexpr const char* train =
    "train used.csv --target price,fuel --inputs brand=make --epochs 3 -o m.gradus --net 'input brand, embedding 4 2, "
    "flatten as make, input features, 4 tanh, concat make as price'";

struct SeveralOnTheLine : testing::Test {
  test::Program gradus;
  SeveralOnTheLine() { gradus.folder.write("used.csv", used); }
  std::string error(const std::string& command) { return gradus(command).err; }
};

TEST_F(SeveralOnTheLine, PredictionsHaveABlockForEachTarget) {
  ASSERT_EQ(gradus(train).code, 0);
  const std::string csv = gradus("predict m.gradus used.csv --probabilities").out;
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "price,fuel,fuel probability,fuel=gas,fuel=oil");
  const json::Value document = json::parse(gradus("predict m.gradus used.csv --json").out, "predict");
  ASSERT_EQ(document.at("targets").array().size(), 2u);
  EXPECT_EQ(document.at("targets").array()[0].at("predictions").array().size(), 6u);
}

TEST_F(SeveralOnTheLine, ColumnsMayStandInAnyOrderAndTheTargetsBeAbsent) {
  ASSERT_EQ(gradus(train).code, 0);
  const std::string whole = gradus("predict m.gradus used.csv").out;
  gradus.folder.write("new.csv", "make,km\nAbba,38\nBova,12\nAbba,71\nCora,90\nBova,25\nCora,55\n");
  EXPECT_EQ(gradus("predict m.gradus new.csv").out, whole);
  gradus.folder.write("new.csv", "make,km\nDora,38\n,12\n");
  EXPECT_EQ(gradus("predict m.gradus new.csv").code, 0);
}

TEST_F(SeveralOnTheLine, EveryVerbTakesTheModel) {
  ASSERT_EQ(gradus(train).code, 0);
  const json::Value said = json::parse(gradus("evaluate m.gradus used.csv --json").out, "evaluate");
  EXPECT_NE(said.at("evaluation").find("price/r2"), nullptr);
  EXPECT_NE(said.at("evaluation").find("fuel/accuracy"), nullptr);
  EXPECT_EQ(said.at("targets").at("fuel").at("classes").array().size(), 2u);
  EXPECT_EQ(gradus("explain m.gradus used.csv --row 2").code, 0);
  EXPECT_NE(gradus("explain m.gradus used.csv --row 2 --target fuel").out.find("cross_entropy"), std::string::npos);
  EXPECT_EQ(gradus("check m.gradus used.csv").code, 0);
  EXPECT_EQ(gradus("inspect m.gradus").code, 0);
  EXPECT_EQ(gradus("inspect m.gradus --json").code, 0);
}

TEST_F(SeveralOnTheLine, ARowWithoutOneOfTheTargetsIsLeftOut) {
  gradus.folder.write("used.csv", std::string(used) + "40,Abba,,18\n41,Abba,gas,\n");
  EXPECT_EQ(gradus(train).code, 0);
  const json::Value said = json::parse(gradus("evaluate m.gradus used.csv --json").out, "evaluate");
  EXPECT_EQ(said.at("evaluation").at("rows").integer(), 6);
}

TEST_F(SeveralOnTheLine, TheConfigurationSaysThemToo) {
  const std::string text = gradus("config new used.csv --target price,fuel --inputs brand=make").out;
  EXPECT_NE(text.find("target = \"price,fuel\""), std::string::npos) << text;
  EXPECT_NE(text.find("inputs = \"brand=make\""), std::string::npos) << text;
  gradus.folder.write("c.toml", text);
  EXPECT_EQ(gradus("train used.csv --config c.toml --epochs 1 --net 'input brand, embedding 4 2' -o m.gradus").code, 0);
}

TEST_F(SeveralOnTheLine, WhatDoesNotFitIsRefused) {
  EXPECT_NE(error("train used.csv --target price,price").find("that column twice"), std::string::npos);
  EXPECT_NE(error("train used.csv --target price,fule").find("no column \"fule\""), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs make").find("a name, = and columns"), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs brand=").find("no columns of brand"), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs brand=mkae").find("no column \"mkae\""), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs 'a=make; b=make'").find("a second time"), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs a=price").find("the target"), std::string::npos);
  EXPECT_NE(error("train used.csv --inputs 'a=make,km,fuel'").find("a net begins with"), std::string::npos);
  EXPECT_NE(error("train used.csv --target price,fuel --inputs brand=make --net 'input brand, embedding 2 2'")
                .find("4 codes of input brand"),
            std::string::npos);
  EXPECT_NE(error("train used.csv --inputs brand=make --net 'input brnd, 4'").find("try: brand"), std::string::npos);
}

}  // namespace
}  // namespace gradus
