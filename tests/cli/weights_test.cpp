// Models whose weights are not finite: said by every verb that reads one, refused by check.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/train/saved_model.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

/// A trained model of which some weights are `value`: two of the first layer, one of the last.
struct Weights : ::testing::TestWithParam<double> {
  Weights() {
    EXPECT_EQ(gradus("train cars.csv --net '4 tanh' --epochs 2 -o m.gradus").code, 0);
    TrainedModel model = io::load(gradus.folder.path("m.gradus"));
    model.network.parameters[0].value.set(1, GetParam());
    model.network.parameters[0].value.set(5, GetParam());
    model.network.parameters[2].value.set(3, GetParam());
    io::save(model, gradus.folder.path("bad.gradus"));
  }
  const test::Program gradus;
};

TEST_P(Weights, CheckEndsWithFourAndSpeaksOfThem) {
  for (const std::string more : {"", " --json", " --first", " --rows 1 --sweep 0.weight"}) {
    const test::Ended ended = gradus("check bad.gradus cars.csv" + more);
    EXPECT_EQ(ended.code, 4) << more << ended.err;
    EXPECT_NE(ended.err.find("bad.gradus: found 2 of "), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find(" weights in \"0.weight\", 1 of 4 in \"2.weight\" that are not finite"), std::string::npos)
        << ended.err;
    EXPECT_NE(ended.err.find("try: "), std::string::npos);
    EXPECT_EQ(ended.out, "") << more;
  }
  EXPECT_EQ(gradus("check m.gradus cars.csv").code, 0);
}

TEST_P(Weights, TheOthersWarn) {
  for (const std::string line : {"inspect bad.gradus", "predict bad.gradus cars.csv", "evaluate bad.gradus cars.csv",
                                 "explain bad.gradus cars.csv"}) {
    const test::Ended ended = gradus(line);
    EXPECT_NE(ended.err.find("warning: bad.gradus: found 2 of "), std::string::npos) << line << "\n" << ended.err;
    EXPECT_EQ(ended.err.find("defect"), std::string::npos) << line << "\n" << ended.err;
  }
  EXPECT_EQ(gradus("inspect bad.gradus").code, 0);
  EXPECT_EQ(gradus("inspect m.gradus").err, "");
}

TEST_P(Weights, InspectKeepsItsColumnsApart) {
  const std::string out = gradus("inspect bad.gradus").out;
  EXPECT_NE(out.find("not a number  "), std::string::npos) << out;
  for (const char* joined : {"numbernot", "number-", "numberinf", "infinitenot"})
    EXPECT_EQ(out.find(joined), std::string::npos) << out;
}

INSTANTIATE_TEST_SUITE_P(NotFinite, Weights, ::testing::Values(std::nan(""), INFINITY, -INFINITY));

}  // namespace
}  // namespace gradus
