// The lists of kinds, and the settings that follow from them, through the real program.
#include <gtest/gtest.h>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

json::Value document(const test::Ended& ended) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  return json::parse(ended.out, "standard output");
}

TEST(KindsCommands, ListEveryKindWithEveryKey) {
  const test::Program gradus;
  const json::Value list = document(gradus("optimizers --json"));
  EXPECT_EQ(list.at("schema").text(), "gradus.kinds/1");
  const json::Array& all = list.at("kinds").array();
  ASSERT_EQ(all.size(), optim::all_optimizers().size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const optim::OptimizerKind& kind = *optim::all_optimizers()[i];
    EXPECT_EQ(all[i].at("name").text(), kind.name);
    ASSERT_EQ(all[i].at("keys").array().size(), kind.keys.size());
    for (std::size_t k = 0; k < kind.keys.size(); ++k) {
      EXPECT_EQ(all[i].at("keys").array()[k].at("name").text(), kind.keys[k].name);
    }
  }
  EXPECT_EQ(document(gradus("schedules --json")).at("kinds").array().size(), optim::all_schedules().size());
  EXPECT_EQ(document(gradus("losses --json")).at("kinds").array().size(), loss::all_losses().size());
  EXPECT_EQ(document(gradus("metrics --json")).at("kinds").array().size(), metric::all_metrics().size());
  EXPECT_EQ(document(gradus("layers --json")).at("kinds").array().size(), nn::all_layers().size());
  EXPECT_EQ(document(gradus("inits he-normal --json")).at("kinds").array().size(), 1U);
  const test::Ended unknown = gradus("schedules one-cicle");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("try: gradus schedules one_cycle"), std::string::npos) << unknown.err;
}

// What the list of one kind shows as a flag is a flag.
TEST(KindsCommands, ShowAFlagThatWorks) {
  const test::Program gradus;
  for (const char* family : {"optimizers nadam", "schedules plateau", "inits uniform", "losses huber",
                             "metrics error_quantile", "layers hardtanh", "layers residual"}) {
    const std::string text = gradus(family).out;
    const std::size_t at = text.find("\nflag  "), end = text.find('\n', at + 1);
    ASSERT_NE(at, std::string::npos) << text;
    const test::Ended trained = gradus("train cars.csv --epochs 2 -o m.gradus " + text.substr(at + 7, end - at - 7));
    EXPECT_EQ(trained.code, 0) << text << trained.err;
  }
}

// One recipe in four ways: the same bits of the model's predictions.
TEST(KindsCommands, TakeARecipeByTextKeysAndFile) {
  const test::Program gradus;
  gradus.folder.write("keys.toml", "[optimizer]\nname = \"rmsprop\"\nalpha = 0.75\ncentered = true\nrate = 0.02\n");
  gradus.folder.write("text.toml", "[optimizer]\nname = \"rmsprop 0.02 alpha 0.75 centered\"\n");
  std::string first;
  for (const char* said :
       {"--optimizer 'rmsprop 0.02 alpha 0.75 centered'", "--config keys.toml", "--config text.toml",
        "--optimizer rmsprop --rate 0.02 --set optimizer.alpha=0.75 --set optimizer.centered=true"}) {
    EXPECT_EQ(gradus("train cars.csv --epochs 5 -o m.gradus " + std::string(said)).code, 0) << said;
    const std::string predicted = gradus("predict m.gradus cars.csv").out;
    if (first.empty()) first = predicted;
    EXPECT_EQ(predicted, first) << said;
    EXPECT_NE(gradus("inspect m.gradus").out.find("rmsprop rate 0.02 alpha 0.75"), std::string::npos);
    EXPECT_EQ(gradus("explain m.gradus cars.csv --element 1:1,1 --step").code, 0);
  }
}

// Groups, clipping and averages by flags and by file: the same bits, and said wherever the optimizer is.
TEST(KindsCommands, GroupsOfParametersByFlagAndByFile) {
  const test::Program gradus;
  gradus.folder.write("run.toml",
                      "[optimizer]\nname = \"adamw\"\ngroups = [\"*.bias weight_decay 0\", \"0.weight frozen\"]\n"
                      "clip_value = 2\nclip_norm = 0.5\naverage = 0.9\n");
  std::string first;
  for (const char* said : {"--optimizer adamw --groups '*.bias weight_decay 0; 0.weight frozen' --clip-value 2 "
                           "--clip-norm 0.5 --average 0.9",
                           "--config run.toml"}) {
    const test::Ended trained = gradus("train cars.csv --epochs 5 -o m.gradus " + std::string(said));
    ASSERT_EQ(trained.code, 0) << trained.err;
    const std::string predicted = gradus("predict m.gradus cars.csv").out;
    if (first.empty()) first = predicted;
    EXPECT_EQ(predicted, first) << said;
    const std::string shown = gradus("inspect m.gradus").out;
    for (const char* part : {"0.weight frozen", "clipped at 0.5", "averaged over"}) {
      EXPECT_NE(shown.find(part), std::string::npos) << shown;
    }
    const test::Ended frozen = gradus("explain m.gradus cars.csv --element 1:1,1 --step");
    EXPECT_EQ(frozen.code, 0) << frozen.err;
    EXPECT_NE(frozen.out.find("frozen"), std::string::npos) << frozen.out;
    const test::Ended learnt = gradus("explain m.gradus cars.csv --element 2:1,1 --step");
    EXPECT_EQ(learnt.code, 0) << learnt.err;
    EXPECT_NE(learnt.out.find("clipped"), std::string::npos) << learnt.out;
  }
  for (const char* wrong : {"--groups '9.* frozen'", "--groups '0.*'", "--groups ''", "--groups '* frozen'",
                            "--groups '0.* momentum 0.5'", "--clip-norm 0", "--clip-value -1", "--average 1"}) {
    const test::Ended ended = gradus("train cars.csv --epochs 1 -o no.gradus " + std::string(wrong));
    EXPECT_EQ(ended.code, 2) << wrong << ended.err;
    EXPECT_EQ(ended.err.find("try: \n"), std::string::npos) << ended.err;
  }
}

// What is asked for is in the log, the model file, the outcome and the terminal's line, under the same name.
TEST(KindsCommands, MetricsGoWhereverEvaluationsAre) {
  const test::Program gradus;
  gradus.folder.write("run.toml", "[train]\nmetrics = [\"rmse\", \"error_quantile 0.5\"]\n");
  for (const char* said : {"--metrics 'rmse, error_quantile 0.5'", "--config run.toml"}) {
    const test::Ended trained =
        gradus("train cars.csv --epochs 2 --valid 0.4 --log run.jsonl --json -o m.gradus " + std::string(said));
    const json::Value outcome = document(trained);
    EXPECT_NE(trained.err.find("RMSE / error quantile q 0.5"), std::string::npos) << trained.err;
    const json::Value& last = outcome.at("history").array().back().at("validation");
    const double rmse = last.at("rmse").number(), half = last.at("error_quantile_q_0.5").number();
    EXPECT_EQ(last.find("mse"), nullptr);
    for (const char* who : {"model", "guess", "linear"}) {
      EXPECT_NE(outcome.at("evaluations").at("validation").at(who).find("error_quantile_q_0.5"), nullptr) << who;
    }
    const std::string log = gradus.folder.read("run.jsonl");
    EXPECT_NE(log.find("\"error_quantile_q_0.5\":" + json::write(half)), std::string::npos) << log;
    const json::Value kept = document(gradus("inspect m.gradus --json")).at("model").at("training");
    EXPECT_EQ(kept.at("metrics").array()[1].at("label").text(), "error quantile q 0.5");
    EXPECT_GT(rmse / kept.at("curve").array().back().at("validation").at("rmse").number(),
              1000);  // prices, scaled ones
    EXPECT_NE(gradus("inspect m.gradus").out.find("last epoch: RMSE "), std::string::npos);
  }
  const json::Value found = document(gradus("evaluate m.gradus cars.csv --metrics all --json")).at("evaluation");
  EXPECT_NEAR(found.at("rmse").number() * found.at("rmse").number(), found.at("mse").number(),
              1e-6 * found.at("mse").number());
}

TEST(KindsCommands, MetricsOfAnotherTaskOrOfNoKindAreRefused) {
  const test::Program gradus;
  for (const char* wrong : {"accuracy", "rmse, confusion", "rmse, rmse", "rmes", "", "rmse,", "error_quantile 2"}) {
    const test::Ended ended = gradus("train cars.csv --epochs 1 -o m.gradus --metrics '" + std::string(wrong) + "'");
    EXPECT_EQ(ended.code, 2) << wrong;
    EXPECT_EQ(ended.err.find("try: \n"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("--metrics"), std::string::npos) << ended.err;
  }
}

}  // namespace
}  // namespace gradus
