// The worked examples that a formula expresses, through the language of gradus explain: values by the names of
// statements, gradients "df_dx" by the names of both, local derivatives "dg4_dg1" from the edge between them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <ostream>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/json/value.hpp"
#include "tests/support/paths.hpp"
#include "tests/worked_examples/json/examples.hpp"

namespace gradus::worked_examples {
namespace {

struct Written {
  std::string_view id, formula;
  std::string_view renamed = {};  // "expected=gradient-or-node ...": what the slide calls differently
  int checked = 0;                // expected values that the formula gives
};

constexpr Written written[] = {
    {"001-graph", "g1 = 2*x; g2 = y^2; g3 = z^3; g4 = g1 + g2; f = g3*g4", "", 17},
    {"002-graph", "z1 = x1^2; z2 = x2*x3; z3 = z2 - z1; z4 = 3*z3; y = z1 + z4", "", 14},
    {"000-composite-functions", "z1 = x1*x2; z2 = x1 + x2; h1 = z1*z2; h2 = z1 - z2; y = h1*h2", "", 11},
    {"000-one-neuron", "s = sum(w*x); z = sigmoid(s); L = (y - z)^2", "", 10},
    {"000-mlp2-half-squared", "S = X@W1; hidden = tanh(S); yhat = hidden@W2; L = sum((y - yhat)^2)/2", "", 31},
    {"000-mlp3-sigmoid-mse",
     "H1 = X@W1; O1 = sigmoid(H1); H2 = O1@W2; O2 = sigmoid(H2); yhat = O2@W3; SSE = sum((yhat - y)^2)",
     "d_step1_sse=dSSE_dyhat d_step2_sse=dSSE_dH2 d_step3_sse=dSSE_dH1", 98},
    {"001-logreg-scalar", "z = w*x + b; yhat = sigmoid(z); L = -y*ln(yhat) - (1 - y)*ln(1 - yhat)",
     "yhat_minus_y=dL_dz", 10},
    {"001-logreg-scalar-y0", "z = w*x + b; yhat = sigmoid(z); L = -y*ln(yhat) - (1 - y)*ln(1 - yhat)", "", 7},
    {"001-gate-add", "out = a + b; upstream*out", "da=d_da db=d_db", 3},
    {"001-gate-mul", "out = a*b; upstream*out", "da=d_da db=d_db", 3},
    {"001-gate-max", "out = max(a, b); upstream*out", "da=d_da db=d_db", 3},
    {"001-gate-copy", "upstream1*a + upstream2*a", "out1=a out2=a da=d_da", 3},
    {"000-sigmoid-layer", "out = sigmoid(s); sum(incoming*out)", "dL_ds=d_ds derivative=dout_ds", 21},
    {"003-softmax-jacobian", "softmax = softmax(x); sum(incoming*softmax)", "dL_dx=d_dx", 6},
    {"003-chain-rule", "g = 2*x^2 + 8; f = g^3", "", 16},
    {"003-car-J-row1", "J = (y - yhat)^2/2", "", 2},
    {"002-linear-collapse", "z1 = W1@x; z2 = W2@z1; z3 = W3@z2", "Wx=z3", 6},
    {"002-mlp-column-convention",
     "u1 = W1@x + b1; z1 = sigmoid(u1); u2 = W2@z1 + b2; z2 = sigmoid(u2); l = sum((z2 - y)^2)/2", "", 27},
    {"002-weighted-sum", "a = sum(w*x)", "", 1},
    {"004-logistic-regression-2", "h = b + sum(w*x); sigma = sigmoid(h)", "dsigma_dh=dsigma_dh", 3},
    {"003-raw-scaling", "scaled = raw/range_max", "", 3},
};

std::string renamed(std::string_view table, const std::string& name) {
  const auto begin = (" " + std::string(table)).find(" " + name + "=");
  if (begin == std::string::npos) return name;
  const auto from = begin + name.size() + 1;
  return std::string(table.substr(from, table.find(' ', from) - from));
}

const explain::Node* find(const explain::Explanation& e, const std::string& name) {
  for (const explain::Node& node : e.nodes) {
    if (node.name == name) return &node;
  }
  return nullptr;
}

/// What the explanation says under the slide's name.
std::optional<Tensor> look_up(const explain::Explanation& e, const std::string& name) {
  if (const explain::Node* node = find(e, name)) return node->value;
  const auto split = name.find("_d");
  if (name[0] != 'd' || split == std::string::npos) return std::nullopt;
  const std::string above = name.substr(1, split - 1), below = name.substr(split + 2);
  const std::string& output = e.nodes[static_cast<std::size_t>(e.output)].name;
  const explain::Node* node = find(e, below);
  if ((above.empty() || above == output) && node) return node->gradient;
  for (const explain::Edge& edge : e.edges) {
    const auto name_of = [&](int at) { return e.nodes[static_cast<std::size_t>(at)].name; };
    if (name_of(edge.from) == below && name_of(edge.to) == above) return edge.local;
  }
  return std::nullopt;
}

/// GoogleTest names a failing parameter with this.
[[maybe_unused]] void PrintTo(const Written& of, std::ostream* out) { *out << of.id; }

class Formula : public testing::TestWithParam<Written> {};

const Example& example_of(const Written& of) {
  static const auto all = read_examples(GRADUS_TEST_DATA "/worked_examples/worked-examples.json");
  const auto found = std::find_if(all.begin(), all.end(), [&](const Example& e) { return e.id == of.id; });
  if (found == all.end()) throw InternalError("no such example");
  return *found;
}

/// The inputs that the formula has: not the learning rate.
std::vector<explain::Variable> variables_of(const Example& example) {
  std::vector<explain::Variable> out;
  for (const auto& [name, value] : example.inputs) {
    if (name != "eta" && name != "gamma") out.push_back({name, value});
  }
  return out;
}

void expect_values(const Example& example, const Written& of, const explain::Explanation& e) {
  int checked = 0;
  for (const auto& [name, want] : example.expected) {
    const auto got = look_up(e, renamed(of.renamed, name));
    if (!got || got->count() != want.count()) continue;
    for (std::int64_t i = 0; i < want.count(); ++i, ++checked) {
      EXPECT_LE(std::abs(got->number(i) - want.number(i)),
                example.f64.absolute + example.f64.relative * std::abs(want.number(i)))
          << name << "[" << i << "]: got " << got->number(i) << ", want " << want.number(i);
    }
    const auto wrong = example.wrong.find(name);
    if (wrong == example.wrong.end()) continue;
    double apart = 0;
    for (std::int64_t i = 0; i < want.count(); ++i)
      apart = std::max(apart, std::abs(got->number(i) - wrong->second.value.number(i)));
    EXPECT_GT(apart, 1e-6) << name << " has the value of a known mistake: " << wrong->second.why;
  }
  EXPECT_EQ(checked, of.checked);
}

TEST_P(Formula, GivesTheValuesOfTheExample) {
  const Example& example = example_of(GetParam());
  const std::string formula(GetParam().formula);
  expect_values(example, GetParam(), annotate(explain::parse_formula(formula, variables_of(example))));
}

/// As --at takes it: 1.5, or [1 2; 3 4].
std::string literal(const Tensor& value) {
  if (value.shape().rank() == 0) return print_number(value.number());
  std::string out = "[";
  for (std::int64_t i = 0; i < value.count(); ++i) {
    if (i) out += i % value.shape().last() == 0 ? "; " : " ";
    out += print_number(value.number(i));
  }
  return out + "]";
}

std::optional<Tensor> tensor_of(const json::Value* value) {
  if (!value || !value->is_object()) return std::nullopt;
  const auto numbers = value->at("data").numbers();
  return Tensor::from({static_cast<std::int64_t>(numbers.size())}, numbers);
}

/// What look_up needs of the document that --json prints.
explain::Explanation read_explanation(const std::string& text) {
  const json::Value document = json::parse(text, "stdout");
  explain::Explanation out;
  out.output = static_cast<int>(document.at("output").number());
  for (const json::Value& node : document.at("nodes").array()) {
    explain::Node made;
    made.name = node.at("name").text();
    made.value = tensor_of(node.find("value")).value();
    made.gradient = tensor_of(node.find("gradient"));
    out.nodes.push_back(std::move(made));
  }
  for (const json::Value& edge : document.at("edges").array()) {
    explain::Edge made;
    made.from = static_cast<int>(edge.at("from").number());
    made.to = static_cast<int>(edge.at("to").number());
    made.local = tensor_of(edge.find("local"));
    out.edges.push_back(std::move(made));
  }
  return out;
}

TEST_P(Formula, GivesThemOnTheCommandLine) {
  const Example& example = example_of(GetParam());
  std::string at;
  for (const auto& [name, value] : variables_of(example)) at += (at.empty() ? "" : ", ") + name + "=" + literal(value);
  const std::string line =
      std::string(GRADUS_BINARY " explain --json --at '") + at + "' '" + std::string(GetParam().formula) + "'";
  FILE* pipe = popen(line.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
  ASSERT_EQ(pclose(pipe), 0) << line;
  expect_values(example, GetParam(), read_explanation(text));
}

std::string test_name(const testing::TestParamInfo<Written>& info) {
  std::string name(info.param.id);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(WorkedExamples, Formula, testing::ValuesIn(written), test_name);

}  // namespace
}  // namespace gradus::worked_examples
