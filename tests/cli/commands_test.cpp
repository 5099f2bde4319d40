// The verbs together, as somebody new would use them.
#include <gtest/gtest.h>

#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

json::Value document(const test::Ended& ended) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  return json::parse(ended.out, "standard output");
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

constexpr const char* quick = "train cars.csv --epochs 20 -o cars.gradus";

TEST(Commands, TrainSavesWhatTheOthersRead) {
  const test::Program gradus;
  const json::Value trained = document(gradus(std::string(quick) + " --json"));
  EXPECT_EQ(trained.at("schema").text(), "gradus.train/1");
  EXPECT_EQ(trained.at("model").text(), "cars.gradus");
  EXPECT_EQ(trained.at("history").array().size(), 20U);
  const json::Value evaluated = document(gradus("evaluate cars.gradus cars.csv --json"));
  EXPECT_EQ(evaluated.at("schema").text(), "gradus.evaluate/1");
  // Nothing was held back of five rows, so both look at the same ones.
  const json::Value& training = trained.at("evaluations").at("training").at("model");
  EXPECT_EQ(evaluated.at("evaluation").at("mae").number(), training.at("mae").number());
  EXPECT_EQ(document(gradus("inspect cars.gradus --json")).at("schema").text(), "gradus.inspect/1");
}

TEST(Commands, PredictAnswersInTheUnitsOfTheData) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --net '' --ignore age --batch all --epochs 3000 --rate 0.02 -o linear.gradus").code,
            0);
  const auto rows = lines(gradus("predict linear.gradus cars.csv").out);
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0], "price");
  // Least squares of the five prices, by numpy.linalg.lstsq on (1, kilometres, diesel).
  const double expected[] = {16437.797, 18358.782, 3777.451, 15403.421, 10722.549};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(std::stod(rows[i + 1]), expected[i], 0.1) << i;
}

TEST(Commands, ColumnsAreMatchedByName) {
  const test::Program gradus;
  ASSERT_EQ(gradus(quick).code, 0);
  gradus.folder.write("turned.csv", "age,note,fuel,kilometres\n3,x,gasoline,38000\n");
  const auto straight = lines(gradus("predict cars.gradus cars.csv").out);
  const test::Ended turned = gradus("predict cars.gradus turned.csv");
  // One row alone may be summed in another order than five.
  EXPECT_NEAR(std::stod(lines(turned.out).at(1)), std::stod(straight.at(1)), 1e-2);
  EXPECT_NE(turned.err.find("note"), std::string::npos) << "the extra column is said: " << turned.err;
  gradus.folder.write("short.csv", "age,fuel\n3,gasoline\n");
  const test::Ended refused = gradus("predict cars.gradus short.csv");
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("kilometres"), std::string::npos) << refused.err;
}

TEST(Commands, PredictReadsStandardInputAndTakesNoRows) {
  const test::Program gradus;
  ASSERT_EQ(gradus(quick).code, 0);
  const std::string straight = gradus("predict cars.gradus cars.csv").out;
  EXPECT_EQ(gradus("predict cars.gradus - <cars.csv").out, straight);
  gradus.folder.write("header.csv", "kilometres,fuel,age\n");
  const test::Ended header = gradus("predict cars.gradus header.csv");
  EXPECT_EQ(header.code, 0) << header.err;
  EXPECT_EQ(header.out, "price\n");
}

TEST(Commands, ClassesComeWithTheirProbability) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --target fuel --epochs 200 -o fuel.gradus").code, 0);
  const auto rows = lines(gradus("predict fuel.gradus cars.csv --probabilities").out);
  ASSERT_EQ(rows.size(), 6U);
  EXPECT_EQ(rows[0], "fuel,probability,fuel=diesel,fuel=gasoline");
  EXPECT_TRUE(rows[1].starts_with("gasoline,0.9")) << rows[1];
  EXPECT_TRUE(rows[3].starts_with("diesel,")) << rows[3];
}

TEST(Commands, WithoutANameNothingIsOverwritten) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 1").code, 0);
  const std::string first = gradus.folder.read("cars.gradus");
  const test::Ended second = gradus("train cars.csv --epochs 2");
  EXPECT_EQ(second.code, 0);
  EXPECT_EQ(gradus.folder.read("cars.gradus"), first);
  EXPECT_TRUE(std::filesystem::exists(gradus.folder.path("cars-2.gradus"))) << second.out;
}

TEST(Commands, FlagsPrecedeSetPrecedesTheFilePrecedesDefaults) {
  const test::Program gradus;
  gradus.folder.write("run.toml", "[optimizer]\nrate = 0.5\nname = \"sgd\"\n[train]\nepochs = 3\nseed = 7\n");
  const json::Value got = document(gradus(
      "train cars.csv --config run.toml --set optimizer.rate=0.25 --set train.epochs=2 --epochs 1 --json -o m.gradus"));
  const json::Value& settings = got.at("settings");
  EXPECT_EQ(settings.at("train.seed").text(), "7");         // the file
  EXPECT_EQ(settings.at("optimizer.name").text(), "sgd");   // the file
  EXPECT_EQ(settings.at("optimizer.rate").text(), "0.25");  // --set
  EXPECT_EQ(settings.at("train.epochs").text(), "1");       // the flag
  EXPECT_EQ(settings.at("data.valid").text(), "0.1");       // the default
}

TEST(Commands, TheSameValueTwiceIsNoContradiction) {
  const test::Program gradus;
  EXPECT_EQ(gradus("train cars.csv --epochs 1 --rate 0.1 --rate=0.1 -o m.gradus").code, 0);
}

TEST(Commands, ZeroEpochsSaveTheUntrainedNetwork) {
  const test::Program gradus;
  const test::Ended ended = gradus("train cars.csv --epochs 0 -o m.gradus");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("untrained"), std::string::npos) << ended.out;
  EXPECT_EQ(gradus("predict m.gradus cars.csv").code, 0);
}

TEST(Commands, TheNumberOfThreadsDoesNotChangeABit) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 30 --threads 1 -o one.gradus").code, 0);
  ASSERT_EQ(gradus("train cars.csv --epochs 30 --threads 3 -o three.gradus").code, 0);
  const TrainedModel one = io::load(gradus.folder.path("one.gradus"));
  const TrainedModel three = io::load(gradus.folder.path("three.gradus"));
  for (std::size_t i = 0; i < one.network.parameters.size(); ++i) {
    EXPECT_TRUE(same_bits(one.network.parameters[i].value, three.network.parameters[i].value)) << i;
  }
}

TEST(Commands, TheLogHasALineForEveryStepAndEpoch) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 4 --batch 2 -o m.gradus --log run.jsonl").code, 0);
  std::vector<std::string> events;
  for (const std::string& line : lines(gradus.folder.read("run.jsonl"))) {
    events.push_back(json::parse(line, "run.jsonl").at("event").text());
  }
  EXPECT_EQ(std::count(events.begin(), events.end(), "step"), 12);
  EXPECT_EQ(std::count(events.begin(), events.end(), "epoch"), 4);
  EXPECT_EQ(events.front(), "start");
  EXPECT_EQ(events.back(), "end");
}

TEST(Commands, DivergenceEndsWithFive) {
  const test::Program gradus;
  const test::Ended ended = gradus("train cars.csv --optimizer sgd --rate 1e30 --schedule constant -o m.gradus");
  EXPECT_EQ(ended.code, 5) << ended.err;
  EXPECT_NE(ended.err.find("a smaller learning rate"), std::string::npos) << ended.err;
}

TEST(Commands, ANetThatCannotFitIsRefusedWithTheMemoryItNeeds) {
  const test::Program gradus;
  const test::Ended ended = gradus("train cars.csv --net '100000000000 relu'");
  EXPECT_EQ(ended.code, 6) << ended.err;
  EXPECT_NE(ended.err.find("bytes"), std::string::npos) << ended.err;
}

TEST(Commands, PlainLinesWhereNobodyWatches) {
  const test::Program gradus;
  const test::Ended ended = gradus(quick);
  EXPECT_EQ(ended.err.find('\r'), std::string::npos);
  EXPECT_EQ(ended.err.find('\x1b'), std::string::npos);
}

TEST(Commands, AResultThatCannotBeWrittenIsAFailureButTheModelIsThere) {
  const test::Program gradus;
  const std::string run = " train cars.csv --epochs 2 -o m.gradus ";
  EXPECT_EQ(WEXITSTATUS(std::system(
                ("cd '" + gradus.folder.path() + "' && '" GRADUS_BINARY "'" + run + ">/dev/full 2>&1").c_str())),
            1);
  EXPECT_EQ(gradus("predict m.gradus cars.csv").code, 0);
  EXPECT_NE(std::system("'" GRADUS_BINARY "' --help >&- 2>&-"), 0);
}

TEST(Commands, HelpOfEveryVerbShowsAnExample) {
  const test::Program gradus;
  for (const char* verb : {"train", "evaluate", "predict", "inspect", "plan", "ops", "optimizers", "schedules", "inits",
                           "explain", "check"}) {
    const test::Ended ended = gradus(std::string(verb) + " --help");
    EXPECT_EQ(ended.code, 0) << verb;
    EXPECT_NE(ended.out.find("example:\n  gradus " + std::string(verb)), std::string::npos) << ended.out;
    for (const std::string& line : lines(ended.out)) EXPECT_LE(line.size(), 80U) << line;
  }
  EXPECT_EQ(gradus("--version").out, gradus("-V").out);
}

TEST(Commands, CheckComparesAModelsGradientsWithDifferences) {
  const test::Program gradus;
  ASSERT_EQ(gradus(quick).code, 0);
  const test::Ended ended = gradus("check cars.gradus cars.csv --rows 3");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out.find("cars.gradus, rows 1 to 3 of cars.csv: loss "), 0U) << ended.out;
  EXPECT_NE(ended.out.find("\nok     0.weight "), std::string::npos) << ended.out;
  for (const std::string& line : lines(ended.out)) EXPECT_LE(line.size(), 80U) << line;
  const json::Value found = document(gradus("check cars.gradus cars.csv --json"));
  EXPECT_EQ(found.at("schema").text(), "gradus.check/1");
  EXPECT_EQ(found.at("rows").integer(), 5);  // all there are
  EXPECT_TRUE(found.at("passed").truth());
  EXPECT_EQ(found.at("parts").array().back().at("name").text(), "second order");
  EXPECT_EQ(gradus("check cars.gradus").code, 2);
  EXPECT_EQ(gradus("check cars.gradus cars.csv --at x=1").code, 2);
  EXPECT_EQ(gradus("check 'x^2' --at x=1 --rows 2").code, 2);
  EXPECT_EQ(gradus("check cars.csv cars.csv").code, 7);
}

TEST(Commands, CheckSaysWhatItCannotTell) {
  const test::Program gradus;
  EXPECT_EQ(gradus("check 'log(x)' --at x=1e-8").code, 0);
  EXPECT_EQ(gradus("check 'x*abs(x)' --at x=0").code, 0);  // a kink of the second order
  const test::Ended ended = gradus("check 'min(x, y)' --at x=2,y=2");
  EXPECT_EQ(ended.code, 8) << ended.out;
  EXPECT_NE(ended.out.find("second order, direction 1: cannot tell, because "), std::string::npos) << ended.out;
  for (const std::string& line : lines(ended.out)) EXPECT_LE(line.size(), 80U) << line;
  const test::Ended overflow = gradus("check '1/x^2' --at x=1e-200 --json");
  EXPECT_EQ(gradus("check '1/x' --at x=1e-250").code, 8);
  EXPECT_EQ(overflow.code, 3);  // the value itself
  const test::Ended jump = gradus("check 'round(x)' --at x=1.5 --json");
  EXPECT_EQ(jump.code, 8);
  EXPECT_EQ(json::parse(jump.out, "stdout").at("verdict").text(), "cannot_tell");
}

TEST(Commands, SmallStacks) {
  const test::Program gradus;
  const char* all[] = {"--help",
                       "ops",
                       "train cars.csv --target price --net '9 relu, 5 tanh' --epochs 3 --threads 3 -o small.gradus",
                       "evaluate small.gradus cars.csv",
                       "predict small.gradus cars.csv -o -",
                       "inspect small.gradus",
                       "explain small.gradus cars.csv --row 2",
                       "check small.gradus cars.csv --rows 2",
                       "plan --net '40 relu' --input 30",
                       "explain '((((((((((((((((((((x))))))))))))))))))))*tanh(tanh(tanh(tanh(x))))' --at x=1"};
  for (const char* kilobytes : {"64", "128"}) {
    for (const char* arguments : all) {
      const test::Ended ended = gradus(arguments, std::string("ulimit -s ") + kilobytes + ";");
      EXPECT_EQ(ended.code, 0) << kilobytes << " " << arguments << "\n" << ended.err;
    }
  }
}

TEST(Commands, ExplainSpeaksOfDerivativesThatAreNotFinite) {
  const test::Program gradus;
  const test::Ended ended = gradus("explain 'sqrt(x^2 + y^2)' --at x=0,y=0");
  EXPECT_EQ(ended.code, 1);
  EXPECT_NE(ended.out.find("\nNot finite\n  df/dx, df/dy = nan: it begins at f = sqrt(v3).\n"), std::string::npos)
      << ended.out;
  for (const std::string& line : lines(ended.out)) EXPECT_LE(line.size(), 80U) << line;
  const test::Ended drawn = gradus("explain 'sqrt(x)' --at x=0 --svg");
  EXPECT_EQ(drawn.code, 1);
  EXPECT_NE(drawn.err.find("df/dx = inf: it begins at f = sqrt(x)."), std::string::npos) << drawn.err;
  EXPECT_EQ(gradus("explain 'where(greater(x, 0), log(x), x)' --at x=-1").code, 0);
}

TEST(Commands, CheckSaysWhatItSampled) {
  const test::Program gradus;
  ASSERT_EQ(gradus(quick).code, 0);
  const test::Ended some = gradus("check cars.gradus cars.csv --rows 2 --elements 3"),
                    all = gradus("check cars.gradus cars.csv --rows 2 --elements 0");
  EXPECT_NE(some.out.find("Sampled: "), std::string::npos) << some.out;
  EXPECT_NE(some.out.find(" 3/"), std::string::npos) << some.out;
  EXPECT_EQ(all.out.find("Sampled: "), std::string::npos) << all.out;
  EXPECT_EQ(some.code + all.code, 0);
}

TEST(Commands, AConvolutionGoesThroughAllOfThem) {
  const test::Program gradus;
  const std::string net = "conv1d 4 2 pad 1 relu, maxpool1d 2, avgpool1d 1, 3 tanh";
  ASSERT_EQ(gradus("train cars.csv --target price --net '" + net + "' --epochs 3 -o conv.gradus").code, 0);
  const json::Value model = document(gradus("inspect conv.gradus --json"));
  EXPECT_NE(json::write(model, 0).find(net), std::string::npos);
  EXPECT_EQ(gradus("evaluate conv.gradus cars.csv").code, 0);
  EXPECT_EQ(gradus("predict conv.gradus cars.csv -o -").code, 0);
  const test::Ended said = gradus("explain conv.gradus cars.csv --row 2");
  EXPECT_EQ(said.code, 0);
  EXPECT_NE(said.out.find("z = conv(x, w) + b"), std::string::npos) << said.out;
  EXPECT_EQ(gradus("explain conv.gradus cars.csv --row 2 --element 2:1,1").code, 0);
  const test::Ended refused = gradus("explain conv.gradus cars.csv --row 2 --element 1:1,1");
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("layer 1, a convolution"), std::string::npos) << refused.err;
  EXPECT_EQ(gradus("check conv.gradus cars.csv --rows 2").code, 0);
  const json::Value plan = document(gradus("plan --net 'conv 6 5x5 pad 2, maxpool 2, 10' --input 784 --json"));
  EXPECT_EQ(plan.at("parameter_count").integer(), 6 * 25 + 6 + 6 * 14 * 14 * 10 + 10 + 10 * 10 + 10);
}

TEST(Commands, OpsAndPlanDescribeThemselves) {
  const test::Program gradus;
  const json::Value ops = document(gradus("ops --json"));
  EXPECT_EQ(ops.at("schema").text(), "gradus.ops/1");
  EXPECT_GT(ops.at("ops").array().size(), 60U);
  const json::Value plan = document(gradus("plan --net '128 relu' --input 784 --batch 128 --json"));
  EXPECT_EQ(plan.at("parameter_count").integer(), 784 * 128 + 128 + 128 * 10 + 10);
  // Products alone: 2 m k n, forward once, backward once for W1, twice for the output layer.
  const double products = 2.0 * 128 * 784 * 128 * 2 + 2.0 * 128 * 128 * 10 * 3;
  EXPECT_GT(plan.at("flops").number(), products);
  EXPECT_LT(plan.at("flops").number(), products * 1.1);
}

TEST(Commands, MoreThreadsThanCoresGiveTheSameResultAndANote) {
  const test::Program gradus;
  const std::string train = std::string(quick) + " --json --threads ";
  const test::Ended bound = gradus(train + "16", "taskset -c 0");
  if (bound.code == 127) GTEST_SKIP() << "no taskset";
  ASSERT_EQ(bound.code, 0) << bound.err;
  EXPECT_NE(bound.err.find("note: 16 threads on 1 core, "), std::string::npos) << bound.err;
  const auto losses = [](const test::Ended& ended) {
    std::string out;
    const json::Value trained = document(ended);
    for (const json::Value& epoch : trained.at("history").array()) {
      out += std::to_string(epoch.at("loss").number()) + " ";
    }
    return out;
  };
  EXPECT_EQ(losses(bound), losses(gradus(train + "1")));
  const test::Ended chosen = gradus(quick, "taskset -c 0");
  EXPECT_NE(chosen.err.find(", 1 thread, "), std::string::npos) << chosen.err;
  EXPECT_EQ(chosen.err.find(" on 1 core"), std::string::npos) << chosen.err;
}

TEST(Commands, MemoryIsKeptWithinOrRefused) {
  const test::Program gradus;
  const std::string plan = "plan --net '64 relu' --input 100 --batch 1024 --memory ";
  const json::Value whole = document(gradus(plan + "1GB --json")), parts = document(gradus(plan + "1MB --json"));
  EXPECT_EQ(whole.at("memory").at("part_rows").integer(), 0);
  EXPECT_GE(parts.at("memory").at("part_rows").integer(), 64);
  EXPECT_LE(parts.at("memory").at("total").integer(), 1'000'000);
  EXPECT_GT(parts.at("update").at("plan").at("flops").number(), 0);
  const test::Ended refused = gradus(plan + "10KiB");
  EXPECT_EQ(refused.code, 6);
  EXPECT_NE(refused.err.find("memory: found a budget of 10.24KB; expected at least "), std::string::npos)
      << refused.err;
  for (const char* size : {"10KiB", "150KB", "2.3KB", "1B"}) {
    const test::Ended ended = gradus(plan + size);
    ASSERT_EQ(ended.code, 6) << size;
    const std::size_t at = ended.err.find("try: --memory ");
    ASSERT_NE(at, std::string::npos) << ended.err;
    const std::string tried = ended.err.substr(at + 14, ended.err.find(',', at) - at - 14);
    const test::Ended enough = gradus(plan + tried);
    EXPECT_EQ(enough.code, 0) << tried << ": " << enough.err;
    // And so is the size that the plan says.
    const std::size_t end = enough.out.find(" beside the data"), begin = enough.out.rfind(' ', end - 1) + 1;
    ASSERT_NE(end, std::string::npos) << enough.out;
    EXPECT_EQ(gradus(plan + enough.out.substr(begin, end - begin)).code, 0) << enough.out;
  }
  EXPECT_NE(gradus(plan + "2.3KB").err.find("found a budget of 2.3KB;"), std::string::npos);
  EXPECT_NE(gradus(plan + "150KB").err.find("found a budget of 150KB;"), std::string::npos);
  const test::Ended trained = gradus(std::string(quick) + " --memory 1MiB");
  EXPECT_EQ(trained.code, 0) << trained.err;
  EXPECT_NE(trained.err.find("\nmemory     "), std::string::npos) << trained.err;
  EXPECT_NE(trained.out.find(" resident at most"), std::string::npos) << trained.out;
  EXPECT_EQ(gradus(std::string(quick) + " --memory 1KB").code, 6);
  for (const char* size : {"", "MB", "-1MB", "0", "1 MB", "1e30", "12XB", "nanMB"}) {
    EXPECT_EQ(gradus("plan --input 4 --memory '" + std::string(size) + "'").code, 2) << size;
  }
}

TEST(Commands, PlanForecastsMeasuresAndDraws) {
  const test::Program gradus;
  const std::string small = "plan --net '8 relu' --input 4 --output 1 --batch 16";
  const json::Value plan = document(gradus(small + " --threads 2 --profile --json"));
  const json::Value& times = plan.at("times");
  EXPECT_EQ(times.at("threads").integer(), 2);
  EXPECT_TRUE(times.at("sampled").truth());
  EXPECT_GT(times.at("forecast_ns").at("step").number(), 0);
  EXPECT_GT(times.at("measured_ns").at("step").number(), 0);
  EXPECT_EQ(times.at("forecast_ns").at("steps").array().size(), times.at("measured_ns").at("steps").array().size());
  EXPECT_GT(times.at("planned_bytes").number(), 0);
  const test::Ended ended = gradus(small + " --why --profile");
  EXPECT_EQ(ended.code, 0) << ended.err;
  for (const char* words : {"\nforecast   ", "\nmeasured   ", "refused by highway.matmul: not a product of matrices",
                            "\nvalues of one block, in the memory of each thread\n"}) {
    EXPECT_NE(ended.out.find(words), std::string::npos) << words << ended.out;
  }
  for (const std::string& line : lines(gradus(small + " --profile").out)) EXPECT_LE(line.size(), 80U) << line;
  const test::Ended picture = gradus(small + " --svg");
  EXPECT_EQ(picture.out.find("<svg xmlns="), 0U);
  EXPECT_EQ(picture.out.find("href"), std::string::npos);  // self-contained
  EXPECT_NE(picture.out.find("</svg>\n"), std::string::npos);
  // Too large to allocate: a rough forecast, nothing measured.
  const std::string large = "plan --net '100000 relu' --input 100000";
  EXPECT_FALSE(document(gradus(large + " --json")).at("times").at("sampled").truth());
  EXPECT_EQ(gradus(large + " --profile").code, 6);
}

}  // namespace
}  // namespace gradus
