// What a training leaves when its loss is not finite any more.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

/// y = 2 a - 3 b with features that no rate of 1 is good for; classes: whether y is above 0.
std::string table(bool classes) {
  std::ostringstream out;
  out << "a,b,y\n";
  for (int i = 0; i < 48; ++i) {
    const double a = std::sin(1.7 * i), b = std::cos(2.3 * i), y = 2 * a - 3 * b;
    out << a << ',' << b << ',';
    if (classes) out << (y > 0 ? "up" : "down") << '\n';
    else out << y << '\n';
  }
  return out.str();
}

/// Words with one blank between them, however they were wrapped.
std::string in_one_line(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  for (std::string word; in >> word;) out += " " + word;
  return out;
}

json::Value evaluation(const test::Program& gradus) {
  const test::Ended ended = gradus("evaluate m.gradus t.csv --json");
  EXPECT_EQ(ended.code, 0) << ended.err;
  return json::parse(ended.out, "evaluate").at("evaluation");
}

constexpr const char* exploding = "train t.csv --optimizer sgd --schedule constant --epochs 400 -o m.gradus ";

TEST(Divergence, SavesTheBestEpochAndSaysSo) {
  for (const char* how : {"--rate 0.4 --batch 4 --valid 0.25 --patience 300 --net '64 relu, 64 relu, 64 relu'",
                          "--rate 1 --batch all --valid 0.2 --net '64 relu, 64 relu'"}) {
    const test::Program gradus;
    gradus.folder.write("t.csv", table(false));
    const test::Ended ended = gradus(std::string(exploding) + how + " --log l.jsonl");
    ASSERT_EQ(ended.code, 5) << ended.err;
    const std::size_t said = ended.err.find("saved as m.gradus: the weights of epoch ");
    ASSERT_NE(said, std::string::npos) << ended.err;
    const std::string epoch = std::to_string(std::stoi(ended.err.substr(said + 40)));
    EXPECT_GT(evaluation(gradus).at("r2").number(), 0);
    const std::string inspected = in_one_line(gradus("inspect m.gradus").out);
    EXPECT_NE(inspected.find("stopped: the loss is not finite; the weights are those of epoch " + epoch +
                             ", the best before it diverged"),
              std::string::npos)
        << inspected;
    EXPECT_NE(inspected.find(" epoch " + epoch + ": R2 "), std::string::npos) << inspected;
    const json::Value document = json::parse(gradus("inspect m.gradus --json").out, "inspect");
    EXPECT_EQ(document.at("model").at("training").at("epoch").integer(), std::stoi(epoch));
    EXPECT_EQ(document.at("model").at("training").at("stopped_by").text(), "diverged");
    const std::string log = gradus.folder.read("l.jsonl");
    EXPECT_NE(log.find("\"model\":\"m.gradus\",\"epoch\":" + epoch + "}"), std::string::npos) << log;
  }
}

TEST(Divergence, FromTheBeginningLeavesWhatWasThere) {
  for (const bool classes : {false, true}) {
    for (const char* valid : {"0", "0.25"}) {
      const test::Program gradus;
      gradus.folder.write("t.csv", table(classes));
      const std::string run = std::string(exploding) + "--net '64 relu, 64 relu' --rate 1e12 --valid " + valid;
      const test::Ended first = gradus(run);
      ASSERT_EQ(first.code, 5) << first.err;
      EXPECT_NE(first.err.find("nothing was saved, since no epoch was better than the untrained network; m.gradus was "
                               "not written"),
                std::string::npos)
          << first.err;
      EXPECT_FALSE(std::filesystem::exists(gradus.folder.path("m.gradus")));
      ASSERT_EQ(gradus("train t.csv --epochs 2 -o m.gradus").code, 0);
      const std::string before = gradus.folder.read("m.gradus");
      const test::Ended second = gradus(run);
      EXPECT_EQ(second.code, 5);
      EXPECT_NE(second.err.find("m.gradus is as it was"), std::string::npos) << second.err;
      EXPECT_EQ(gradus.folder.read("m.gradus"), before);
    }
  }
}

TEST(Patience, MarksTheEpochThatWasKept) {
  const test::Program gradus;
  gradus.folder.write("t.csv", table(true));
  const test::Ended ended = gradus("train t.csv --epochs 300 --valid 0.25 --rate 0.05 --patience 7 --json -o m.gradus");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json::Value trained = json::parse(ended.out, "train");
  ASSERT_EQ(trained.at("stopped_by").text(), "patience");
  const auto epochs = static_cast<std::int64_t>(trained.at("history").array().size());
  EXPECT_EQ(trained.at("best_epoch").integer(), epochs - 7);
  const std::string inspected = in_one_line(gradus("inspect m.gradus").out);
  EXPECT_NE(inspected.find("epoch " + std::to_string(epochs - 7) + ", the best"), std::string::npos) << inspected;
}

}  // namespace
}  // namespace gradus
