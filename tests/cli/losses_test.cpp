// Losses from the command line: what is missing is added and said, what cannot fit is refused with what would.
#include <gtest/gtest.h>

#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

/// Three kinds by two numbers, or a number.
std::string table(bool classes) {
  std::ostringstream out;
  out << "a,b,y\n";
  for (int i = 0; i < 30; ++i) {
    out << i % 10 << ',' << (7 * i) % 11 << ',';
    if (classes) out << (i % 10 < 3 ? "low" : i % 10 < 7 ? "mid" : "top") << '\n';
    else out << 3 * (i % 10) + 0.5 << '\n';
  }
  return out.str();
}

TEST(Losses, OfClassesGiveProbabilities) {
  for (const auto& [loss, last] :
       {std::pair("binary_cross_entropy", "3 sigmoid"), std::pair("mse", "3 softmax"),
        std::pair("huber 1", "3 softmax"), std::pair("mae", "3 softmax"), std::pair("cross_entropy", "3"),
        std::pair("binary_cross_entropy_with_logits", "3")}) {
    const test::Program gradus;
    gradus.folder.write("t.csv", table(true));
    const test::Ended ended =
        gradus("train t.csv --valid 0 --epochs 150 -o m.gradus --json --loss '" + std::string(loss) + "'");
    ASSERT_EQ(ended.code, 0) << ended.err;
    const json::Value trained = json::parse(ended.out, loss);
    EXPECT_EQ(trained.at("net").text(), "64 relu, 64 relu, " + std::string(last));
    const std::string word = std::string(last).substr(std::string(last).find(' ') + 1);
    EXPECT_EQ(ended.err.find(word + " was added as the last layer, since ") != std::string::npos, word != "3")
        << ended.err;
    EXPECT_GT(trained.at("evaluations").at("training").at("model").at("accuracy").number(), 0.9) << loss;
    const test::Ended predicted = gradus("predict m.gradus t.csv --probabilities --json");
    EXPECT_EQ(predicted.err.find("no probabilities"), std::string::npos) << predicted.err;
    const json::Value document = json::parse(predicted.out, "predict");
    for (const json::Value& row : document.at("predictions").array()) {
      for (const json::Value& p : row.at("probabilities").array())
        EXPECT_TRUE(p.number() >= 0 && p.number() <= 1) << loss;
    }
    EXPECT_EQ(gradus("check m.gradus t.csv --rows 2 --first").code, 0) << loss;
    EXPECT_EQ(gradus("explain m.gradus t.csv --row 2").code, 0) << loss;
  }
}

TEST(Losses, OfClassesAreRefusedForNumbers) {
  for (const char* loss : {"cross_entropy", "binary_cross_entropy", "binary_cross_entropy_with_logits"}) {
    const test::Program gradus;
    gradus.folder.write("t.csv", table(false));
    const test::Ended ended = gradus("train t.csv --epochs 2 -o m.gradus --loss " + std::string(loss));
    EXPECT_EQ(ended.code, 2) << ended.out;
    EXPECT_NE(ended.err.find("loss " + std::string(loss) + ": found numbers as targets; expected classes, or "),
              std::string::npos)
        << ended.err;
    EXPECT_NE(ended.err.find("; try: mse\n"), std::string::npos) << ended.err;
    EXPECT_FALSE(std::filesystem::exists(gradus.folder.path("m.gradus")));
    EXPECT_EQ(gradus("train t.csv --epochs 2 -o m.gradus --loss mse").code, 0);
    // The same numbers as classes.
    EXPECT_EQ(gradus("train t.csv --epochs 2 -o m.gradus --task classification --loss " + std::string(loss)).code, 0);
  }
}

TEST(Losses, PlanShowsTheLayerThatIsAdded) {
  const test::Program gradus;
  const auto net = [&](const std::string& options) {
    const test::Ended ended = gradus("plan --input 20 --net '8 tanh' --json " + options);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json::parse(ended.out, "plan").at("net").text();
  };
  EXPECT_EQ(net("--output 4 --loss mse"), "8 tanh, 4 softmax");
  EXPECT_EQ(net("--output 4 --loss binary_cross_entropy"), "8 tanh, 4 sigmoid");
  EXPECT_EQ(net("--output 1 --loss binary_cross_entropy"), "8 tanh, 1 sigmoid");
  EXPECT_EQ(net("--output 1 --loss mse"), "8 tanh, 1");
  EXPECT_EQ(net("--output 4"), "8 tanh, 4");
  EXPECT_EQ(gradus("plan --input 20 --output 1 --loss cross_entropy").code, 2);
}

}  // namespace
}  // namespace gradus
