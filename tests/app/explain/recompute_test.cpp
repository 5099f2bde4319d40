// The command's JSON, recomputed from its own factors by a program that shares no code with it (recompute.py).
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/support/paths.hpp"

namespace gradus::explain {
namespace {

struct Ran {
  std::string output;
  int status = -1;
};

Ran run(const std::string& line) {
  Ran out;
  FILE* pipe = popen((line + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.output.append(buffer.data(), n);
  out.status = pclose(pipe);
  return out;
}

class Recomputed : public testing::TestWithParam<const char*> {};

TEST_P(Recomputed, EveryProductAndSum) {
  const Ran ran = run(std::string(GRADUS_BINARY " explain ") + GetParam() +
                      " --json | python3 " GRADUS_TEST_DATA "/app/explain/recompute.py");
  EXPECT_EQ(ran.status, 0) << ran.output;
  EXPECT_NE(ran.output.find("products"), std::string::npos) << ran.output;
}

constexpr const char* commands[] = {
    "'(2*x + y^2) * z^3' --at x=4,y=3,z=2 --paths x --paths y --jacobian",
    "'z1 = x1^2; z2 = x2*x3; z3 = z2 - z1; z4 = 3*z3; y = z1 + z4' --at x1=1,x2=2,x3=3 --paths x1",
    "'a2 = tanh(X@W1 + 0.1); a3 = tanh(a2@W2 + 0.1); yhat = tanh(a3@W3 + 0.1); sum((y - yhat)^2)/2' --jacobian --at "
    "'X=[1.4 -1 0.4; 0.4 -1 0.1; 5.4 -1 4; 1.5 -1 1], y=[0.45; 0.52; 0.25; 0.31], W1=[0.01 0.05 0.07; 0.2 0.041 0.11; "
    "0.04 0.56 0.13], W2=[0.04 0.78; 0.4 0.45; 0.65 0.23], W3=[0.04; 0.41]'",
    "'sum(softmax(x) * [1 0 -1])' --at 'x=[1 2 3]' --jacobian",
    "'m = x*w + x; mean(max(m, 0) * sigmoid(b))' --at 'x=[1 -2; 3 4],w=[2; -1],b=0.5' --jacobian --second",
};
INSTANTIATE_TEST_SUITE_P(Commands, Recomputed, testing::ValuesIn(commands));

TEST(Command, SaysWhereAFormulaIsWrong) {
  const Ran ran = run(GRADUS_BINARY " explain '(2*x + ) * z' --at x=1,z=2");
  EXPECT_EQ(WEXITSTATUS(ran.status), 2);
  EXPECT_NE(ran.output.find("formula, column 8"), std::string::npos) << ran.output;
}

TEST(Command, MarksAnswersAndHasAnExitCodeForThem) {
  const std::string grade = " | " GRADUS_BINARY " explain 'g = 2*x; g^2' --at x=3 --grade -";
  EXPECT_EQ(WEXITSTATUS(run("echo '{\"g\": 6, \"f\": 36, \"df/dg\": 12, \"df/dx\": 24}'" + grade).status), 0);
  const Ran wrong = run("echo '{\"g\": 6, \"f\": 36, \"df/dg\": -12, \"df/dx\": -24}'" + grade);
  EXPECT_EQ(WEXITSTATUS(wrong.status), 4);
  EXPECT_NE(wrong.output.find("follows rightly"), std::string::npos) << wrong.output;
}

TEST(Command, RefusesTwoForms) {
  EXPECT_EQ(WEXITSTATUS(run(GRADUS_BINARY " explain x --at x=1 --json --svg").status), 2);
}

}  // namespace
}  // namespace gradus::explain
