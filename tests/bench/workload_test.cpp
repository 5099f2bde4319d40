#include "bench/workloads/workload.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "bench/workloads/session.hpp"

namespace gradus::bench {
namespace {

struct Expected {
  const char* workload;
  std::vector<double> numbers;
};
const Expected by_torch[] = {
#include "torch_losses.inl"
};

std::vector<double> ten_of(const std::string& name, int threads) {
  const Workload workload = find_workload(name);
  Session session(make_case(workload), {.threads = threads});
  std::vector<double> numbers;
  for (int i = 0; i < 10; ++i) numbers.push_back(session.step());
  if (workload.trains()) return numbers;
  const auto result = session.result().first(10);
  return {result.begin(), result.end()};
}

TEST(Workload, TenLossesArePyTorchs) {
  for (const Expected& of : by_torch) {
    const std::vector<double> ours = ten_of(of.workload, 2);
    double scale = 0;
    for (const double x : of.numbers) scale = std::max(scale, std::abs(x));
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_NEAR(ours[i], of.numbers[i], 1e-4 * scale) << of.workload << ", step " << i + 1;
    }
  }
}

TEST(Workload, EveryOneBuilds) {
  for (const Workload& of : workloads()) {
    const Graph graph = graph_of(make_case(of));
    EXPECT_FALSE(graph.outputs().empty()) << of.name;
  }
}

TEST(Workload, RestartBeginsAgain) {
  Session session(make_case(find_workload("car")), {.threads = 1});
  const double first = session.step();
  session.step();
  EXPECT_NE(session.step(), first);
  session.restart();
  EXPECT_EQ(session.step(), first);
}

TEST(Workload, FingerprintSeesEveryStep) {
  Session a(make_case(find_workload("tabular")), {.threads = 1}),
      b(make_case(find_workload("tabular")), {.threads = 3});
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
  a.step();
  EXPECT_NE(a.fingerprint(), b.fingerprint());
  b.step();
  EXPECT_EQ(a.fingerprint(), b.fingerprint());
}

TEST(Workload, AnMlpByItsWidths) {
  const Workload of = find_workload("mlp 8-16-4 32");
  EXPECT_EQ(of.input, Shape({8}));
  EXPECT_EQ(of.net, "16 relu, 4");
  EXPECT_EQ(of.rows, 32);
  EXPECT_EQ(make_case(of).target.shape(), Shape({32, 4}));
}

TEST(Workload, UnknownOnesAreRefused) {
  EXPECT_THROW(find_workload("fashions"), UserError);
  EXPECT_THROW(find_workload("mlp 8-x 1"), UserError);
  EXPECT_THROW(find_workload("mlp 8-8 0"), UserError);
  EXPECT_THROW(find_precision("f16"), UserError);
}

TEST(Workload, FileForOthersHoldsEverything) {
  const Case of = make_case(find_workload("car"));
  std::ostringstream out;
  write_case(out, of);
  const std::string text = out.str();
  const std::size_t end = text.find("\nend\n") + 5;
  EXPECT_EQ(text.substr(0, end),
            "workload car\nrestart 256\nloss mse\noptimizer gradient_descent\nrate 0.01\nlayer 3\nlayer tanh\n"
            "layer 2\nlayer tanh\nlayer 1\narray features f32 4 3\narray target f32 4 1\narray 0.weight f32 3 3\n"
            "array 0.bias f32 3\narray 2.weight f32 2 3\narray 2.bias f32 2\narray 4.weight f32 1 2\n"
            "array 4.bias f32 1\nend\n");
  EXPECT_EQ(text.size() - end, 4u * (12 + 4 + 9 + 3 + 6 + 2 + 2 + 1));
}

}  // namespace
}  // namespace gradus::bench
