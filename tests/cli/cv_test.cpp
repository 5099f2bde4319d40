// gradus cv: folds beside those of other programs, and what cannot be dealt out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

struct Known {
  std::string folds, who, metric;
  double mean, spread, reach;
};

#include "tests/cli/cv.inl"

/// The rows of cv.py.
std::string table(bool classes) {
  std::string out = "x,z,group,day,y\n";
  for (int i = 0; i < 60; ++i) {
    const int x = i * 37 % 101, z = i * 53 % 89, kind = i * i * 7 % 11 % 3;
    out += std::to_string(x) + "," + std::to_string(z) + ",g" + std::to_string(i % 6) + "," + std::to_string(1000 + i) +
           "," + (classes ? "k" + std::to_string(kind) : std::to_string(3000 * x - 2000 * z + i * 29 % 13)) + "\n";
  }
  return out;
}

TEST(CrossValidation, AsScikitLearn) {
  const test::Program gradus;
  gradus.folder.write("numbers.csv", table(false));
  gradus.folder.write("classes.csv", table(true));
  const auto run = [&](const std::string& arguments) {
    const test::Ended ended = gradus("cv " + arguments + " --epochs 2 --precision f64 --json");
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json::parse(ended.out, "standard output");
  };
  const json::Value group = run("numbers.csv --split-by group --folds 6 --ignore day"),
                    time = run("numbers.csv --time-column day --ignore day,group"),
                    classes = run("classes.csv --split-by group --folds 6 --ignore day");
  for (const Known& known : known_values) {
    const json::Value& of = known.folds == "group" ? group : known.folds == "time" ? time : classes;
    const json::Value& found = of.at(known.who).at(known.metric);
    const double near = known.who == "linear" ? 1e-3 : 1e-5;
    EXPECT_NEAR(found.at("mean").number(), known.mean, near * std::abs(known.mean)) << known.folds << known.metric;
    EXPECT_NEAR(found.at("spread").number(), known.spread, near * known.spread) << known.folds << known.metric;
    const bool cut = known.metric == "r2" || known.metric == "accuracy";
    const double high = cut ? std::min(1.0, known.mean + known.reach) : known.mean + known.reach;
    EXPECT_NEAR(found.at("high").number(), high, near * std::abs(high)) << known.folds << known.metric;
  }
  EXPECT_EQ(group.at("results").array().size(), 6U);
  EXPECT_EQ(time.at("split_by").text(), "time");
}

TEST(CrossValidation, ItsLinesAndNothingSaved) {
  const test::Program gradus;
  gradus.folder.write("numbers.csv", table(false));
  const test::Ended ended = gradus("cv numbers.csv --ignore day,group --repeat 2 --folds 3 --epochs 5 --seed 4");
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const char* line : {"fold 1/6  R2 ", "; 20 rows, learnt from 40", "6 folds of 2 repeats", "95 % interval",
                           "model - linear", "Nadeau and Bengio"})
    EXPECT_NE(ended.out.find(line), std::string::npos) << line << "\n" << ended.out;
  EXPECT_EQ(gradus("inspect numbers.gradus").code, 7) << "nothing is saved";
  EXPECT_EQ(gradus("cv numbers.csv --ignore day,group --repeat 2 --folds 3 --epochs 5 --seed 4").out, ended.out);
  const test::Ended recipe = gradus("cv numbers.csv --ignore day,group --folds 2");
  EXPECT_NE(recipe.out.find("learnt from 30: "), std::string::npos) << recipe.out << recipe.err;
}

TEST(CrossValidation, AFoldLearnsNothingOfWhatItHoldsBack) {
  // The category "new" and the numbers of 1e6 are in the last rows alone, which only the last fold holds back.
  const test::Program gradus;
  std::string rows = "t,kind,x,y\n";
  for (int i = 0; i < 40; ++i)
    rows += std::to_string(i) + (i < 30 ? i % 2 ? ",a," : ",b," : ",new,") +
            std::to_string(i < 30 ? i * 7 % 11 : 1000000) + "," + std::to_string(i * 7 % 11) + "\n";
  gradus.folder.write("late.csv", rows);
  const test::Ended ended = gradus("cv late.csv --time-column t --ignore t --folds 3 --epochs 5 --valid 0 --json");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json::Value document = json::parse(ended.out, "standard output");
  const auto& folds = document.at("results").array();
  // With a scale fitted on all rows x would be the same for a net in the first folds, and it would learn nothing.
  EXPECT_LT(folds[1].at("linear").at("mae").number(), 0.01);
  EXPECT_LT(folds[0].at("linear").at("mae").number(), 0.01);
  EXPECT_GT(folds[2].at("linear").at("mae").number(), 1000);
}

TEST(CrossValidation, WhatCannotBeTriedIsSaidOrRefused) {
  const test::Program gradus;
  const auto err = [&](const std::string& arguments, int code) {
    const test::Ended ended = gradus("cv " + arguments);
    EXPECT_EQ(ended.code, code) << ended.err;
    return ended.err;
  };
  gradus.folder.write("one.csv", "x,y\n1,2\n");
  EXPECT_NE(err("one.csv", 2).find("try: a table with more rows"), std::string::npos);
  EXPECT_NE(err("cars.csv --target price --folds 6", 2).find("try: --folds 5"), std::string::npos);
  EXPECT_NE(err("cars.csv --target price --split-by fuel", 2).find("5 of 2 groups"), std::string::npos);
  EXPECT_EQ(err("cars.csv --target price --split-by fuel --folds 2 --epochs 2", 0).find("found"), std::string::npos);
  EXPECT_NE(err("cars.csv --target price --time-column age --repeat 2", 2).find("try: --repeat 1"), std::string::npos);
  EXPECT_NE(err("cars.csv --target price --time-column age --split-by fuel", 2).find("one way"), std::string::npos);
  EXPECT_EQ(err("cars.csv --target price --folds 1", 2).find("defect"), std::string::npos);
  EXPECT_NE(err("cars.csv --target prize", 2).find("try: --target price"), std::string::npos);
  std::string rare = "x,k\n";
  for (int i = 0; i < 20; ++i) rare += std::to_string(i) + (i == 7 ? ",rare\n" : i % 2 ? ",a\n" : ",b\n");
  gradus.folder.write("rare.csv", rare);
  EXPECT_NE(err("rare.csv --epochs 2", 0).find("classes in one fold alone"), std::string::npos);
  std::string twice = "x,y\n";
  for (int i = 0; i < 20; ++i) twice += std::to_string(i % 10) + "," + std::to_string(i % 10 * 3 % 7) + ".5\n";
  gradus.folder.write("twice.csv", twice);
  EXPECT_NE(err("twice.csv --epochs 2", 0).find("are equal to rows that are learnt from"), std::string::npos);
  // One row a fold: R2 is undefined, errors are not.
  const std::string out = gradus("cv cars.csv --target price --folds 5 --epochs 2").out;
  EXPECT_NE(out.find("R2: undefined in 5 folds (constant target)"), std::string::npos) << out;
}

TEST(CrossValidation, SeveralTargetsAndADivergedFold) {
  const test::Program gradus;
  gradus.folder.write("numbers.csv", table(false));
  const test::Ended several = gradus("cv numbers.csv --target y,group --ignore day --folds 2 --epochs 2");
  EXPECT_EQ(several.code, 0) << several.err;
  EXPECT_NE(several.out.find("y R2"), std::string::npos) << several.out;
  EXPECT_NE(several.out.find("group accuracy"), std::string::npos) << several.out;
  // The linear model of a target knows nothing of the other targets.
  const auto linear = [&](const std::string& flags, const char* name) {
    const json::Value cv = json::parse(gradus("cv numbers.csv --folds 2 --epochs 1 --json " + flags).out, "cv");
    return cv.at("linear").at(name).at("mean").number();
  };
  EXPECT_EQ(linear("--target y,group --ignore day", "y/r2"), linear("--target y --ignore day,group", "r2"));
  const test::Ended diverged = gradus("cv numbers.csv --optimizer sgd --rate 1e9 --epochs 5 --folds 2");
  EXPECT_EQ(diverged.code, 5) << diverged.err;
  EXPECT_NE(diverged.err.find("fold 1 of 2, "), std::string::npos) << diverged.err;
}

}  // namespace
}  // namespace gradus
