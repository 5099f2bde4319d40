// Nets of named nodes, layers and activations: what they give, by PyTorch and by rule, and what they refuse.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

struct Case {
  const char* net;
  Integers sample;
  std::int64_t codes;
  std::vector<double> outputs, first, second;
};

const std::vector<Case> cases = {
#include "tests/learn/nn/torch_layers.inl"
};

Tensor wave(const Shape& shape, double step) {
  Tensor out(DType::f64, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, 0.4 * std::sin(step * static_cast<double>(i + 1)));
  return out;
}

Tensor codes_of(const Shape& shape, std::int64_t count) {
  Tensor out(DType::f64, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, static_cast<double>(i % count));
  return out;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted, const char* what) {
  ASSERT_EQ(found.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], wanted[i], 1e-11 * std::fmax(1, std::fabs(wanted[i]))) << what << ' ' << i;
}

TEST(Layers, AreLikeTorchWithBothDerivatives) {
  for (const Case& of : cases) {
    SCOPED_TRACE(of.net);
    const Layer net = parse_net(of.net);
    EXPECT_EQ(print_net(net), of.net);
    const Model model = make_model(net, Shape(of.sample), {.dtype = DType::f64});
    Graph graph;
    Scope scope(graph, Mode::training, model.dtype);
    Integers batch{2};
    batch.insert(batch.end(), of.sample.begin(), of.sample.end());
    const Value x = graph.input("features", Shape(batch), DType::f64);
    const Value y = forward(model, scope, x);
    std::vector<Binding> bindings{{x, of.codes ? codes_of(Shape(batch), of.codes) : wave(Shape(batch), 1)}};
    Values parameters;
    for (std::size_t k = 0; k < model.parameters.size() && !model.parameters[k].running; ++k) {
      parameters.push_back(graph.find_input(model.parameters[k].name));
      bindings.push_back({parameters[k], wave(parameters[k].shape(), 1.1 + 0.1 * static_cast<double>(k))});
    }
    const Values first = gradient(sum(y * y * y), parameters);
    Value squares;
    for (Value g : first) squares = squares ? squares + sum(square(g)) : sum(square(g));
    Values wanted{y};
    for (Value g : first) wanted.push_back(sum(abs(g)));
    for (Value h : gradient(squares, parameters)) wanted.push_back(sum(abs(h)));
    const auto found = interpret(wanted, bindings);
    std::vector<double> sizes;
    for (std::size_t i = 1; i < found.size(); ++i) sizes.push_back(found[i].number());
    const auto half = sizes.begin() + static_cast<std::ptrdiff_t>(parameters.size());
    expect_near(found[0].numbers(), of.outputs, "output");
    expect_near({sizes.begin(), half}, of.first, "first");
    expect_near({half, sizes.end()}, of.second, "second");
  }
}

std::vector<std::string> names_of(const Layer& net, const Shape& sample) {
  std::vector<std::string> out;
  for (const ParameterSpec& p : parameters_of(net, sample, DType::f32)) out.push_back(p.name);
  return out;
}

TEST(NamedNets, AreBuiltTheSameByTextAndByProgram) {
  const std::pair<const char*, Layer> both[] = {
      {"8 relu as a, 8 as b, add a, from b, concat a, 3",
       sequential({linear(8), relu().as("a"), linear(8).as("b"), add("a"), from("b"), concat("a"), linear(3)})},
      {"residual(conv 4 3x3 pad 1 | conv 4 1x1) relu, repeat 2 (residual(conv 4 3x3 pad 1))",
       sequential({residual(conv(4, {3}, {.padding = {1}}), conv(4, {1})), relu(),
                   repeat(2, residual(conv(4, {3}, {.padding = {1}})))})},
      {"parallel(8 tanh | ), (4, 5) silu, group_norm 5, rms_norm plain, layer_norm axes 2 epsilon 0.1",
       sequential({parallel({sequential({linear(8), tanh()}), sequential({})}), sequential({linear(4), linear(5)}),
                   silu(), group_norm(5), rms_norm({.epsilon = 0, .affine = false}), layer_norm(2, {.epsilon = 0.1})})},
      {"4 as e, again e, tied e transposed nobias, embedding 9 2 hardtanh -2 2 softshrink 0.25",
       sequential({linear(4).as("e"), again("e"), tied("e", {.transposed = true, .bias = false}), embedding(9, 2),
                   hardtanh(-2, 2), softshrink(0.25)})},
  };
  for (const auto& [text, net] : both) {
    EXPECT_EQ(print_net(net), text);
    EXPECT_EQ(parse_net(text), net) << text;
    EXPECT_EQ(net_from_json(json::parse(json::write(net_to_json(net)), "net")), net) << text;
  }
  EXPECT_NE(parse_net("8 as a"), parse_net("8 as b"));
  EXPECT_NE(parse_net("residual(8)"), parse_net("residual(8 | 8)"));
}

TEST(NamedNets, PrintBackInOneForm) {
  const std::pair<const char*, const char*> written[] = {
      {"8 as x,relu", "8 as x, relu"},
      {"residual ( 8 relu,8|16 )tanh", "residual(8 relu, 8 | 16) tanh"},
      {"repeat 3(8 relu)", "repeat 3 (8 relu)"},
      {"repeat times 3 (8)", "repeat 3 (8)"},
      {"linear 8 nobias, linear outputs 4", "8 nobias, 4"},
      {"sequential(8 relu)", "(8 relu)"},
      {"()", "()"},
      {"8 as a, residual(from a, 8 as b, add b), add a", "8 as a, residual(from a, 8 as b, add b), add a"},
      {"tied-x", "refused"},
      {"8 hardtanh high 3 hardtanh -2 3", "8 hardtanh high 3 hardtanh -2 3"},
      {"8 leaky-relu slope 0.2 as x", "8 leaky_relu 0.2 as x"},
      {"8 as x, tied x nobias transposed true", "8 as x, tied x transposed nobias"},
  };
  for (const auto& [text, printed] : written) {
    if (std::string_view(printed) == "refused") {
      EXPECT_THROW(parse_net(text), UserError) << text;
      continue;
    }
    EXPECT_EQ(print_net(parse_net(text)), printed);
    EXPECT_EQ(parse_net(printed), parse_net(text)) << text;
  }
}

TEST(NamedNets, HaveExamplesThatWork) {
  for (const LayerKind* kind : all_layers()) {
    const Layer net = parse_net(example_net(*kind));
    EXPECT_EQ(net.nets.back().recipe.kind, kind) << kind->name;
    EXPECT_EQ(parse_net(print_net(net)), net) << kind->name;
  }
}

TEST(NamedNets, NameParametersByPlaces) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_of(parse_net("8 nobias as stem, residual(8 nobias relu, 8 nobias | 8 nobias), 1 nobias"), {4}),
            (Names{"0.weight", "1.0.weight", "1.2.weight", "1.shortcut.0.weight", "2.weight"}));
  EXPECT_EQ(names_of(parse_net("parallel(2 nobias | (3 nobias, 4 nobias)), repeat 2 (6 nobias), 1 nobias"), {4}),
            (Names{"0.0.0.weight", "0.1.0.0.weight", "0.1.0.1.weight", "1.0.0.weight", "1.1.0.weight", "2.weight"}));
  EXPECT_EQ(names_of(parse_net("4 as a, again a, tied a transposed, 1 nobias"), {4}),
            (Names{"0.weight", "0.bias", "2.bias", "3.weight"}));
  std::vector<std::string> visited;
  for_each_layer(
      parse_net("8 relu, residual(8 | 8), repeat 2 (8)"),
      [&](const std::string& prefix, const Layer& layer) { visited.push_back(prefix + std::string(layer.word())); });
  EXPECT_EQ(visited,
            (Names{"0.linear", "1.relu", "2.0.linear", "2.shortcut.0.linear", "3.0.0.linear", "3.1.0.linear"}));
}

std::string refusal(const std::string& text, const Shape& sample = {4}) {
  try {
    parameters_of(parse_net(text), sample, DType::f32);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(NamedNets, AreRefusedWithPlaceAndRemedy) {
  const std::string deep(17, '('), closed(17, ')');
  for (const std::string& text : {std::string("add x"),
                                  std::string("8 as x, add y"),
                                  std::string("add x, 8 as x"),
                                  std::string("8 as x, 8 as x"),
                                  std::string("8 as relu"),
                                  std::string("8 as stride"),
                                  std::string("8 as as"),
                                  std::string("8 as true"),
                                  std::string("8 as 3x"),
                                  std::string("8 as x-y"),
                                  std::string("8 as"),
                                  std::string("8 as x y"),
                                  std::string("8 as x relu"),
                                  std::string("as x"),
                                  std::string("(8"),
                                  std::string("8)"),
                                  std::string("(8))"),
                                  std::string("8 | 8"),
                                  std::string("residual"),
                                  std::string("residual 8"),
                                  std::string("residual(8 | 8 | 8)"),
                                  std::string("(8 | 8)"),
                                  std::string("repeat (8)"),
                                  std::string("repeat 0 (8)"),
                                  std::string("repeat 1.5 (8)"),
                                  std::string("repeat 1000000000 (8)"),
                                  std::string("repeat 1000 (repeat 1000 (8))"),
                                  std::string("parallel(8,)"),
                                  std::string("residual(8 as x), add x"),
                                  std::string("8 (8)"),
                                  std::string("relu(8)"),
                                  deep + "8" + closed,
                                  std::string("8 as x, add x x"),
                                  std::string("group_norm"),
                                  std::string("group_norm 0"),
                                  std::string("embedding 5"),
                                  std::string("embedding 0 3"),
                                  std::string("hardtanh 2 1"),
                                  std::string("sequential"),
                                  std::string("conv kernel 3"),
                                  std::string("conv 6 3 stride 1 stride 1"),
                                  std::string("dropout p"),
                                  std::string("linear"),
                                  std::string("layer_norm 2"),
                                  std::string("8 as x, from"),
                                  std::string("tied")}) {
    EXPECT_EQ(refusal(text).substr(0, 6), "net:1:") << text << ": " << refusal(text);
  }
  EXPECT_EQ(
      refusal("8 as stem, add stm"),
      "net:1:16: found \"stm\", which no layer before it is called; expected the name of a layer before it: stem; "
      "try: add stem");
  EXPECT_EQ(refusal("8, residul(8)").substr(0, 25), "net:1:4: found \"residul\";");
  EXPECT_NE(refusal("8, residul(8)").find("try: residual"), std::string::npos);
  EXPECT_NE(refusal("8, layernorm").find("try: layer_norm"), std::string::npos);
}

TEST(NamedNets, SayWhichNodesDoNotFit) {
  const std::pair<const char*, const char*> wrong[] = {
      {"8 as a, 5, add a",
       "layer 2 (add a): add: found f32[1,5] before it and f32[1,8] of a; expected two of one shape; try: a layer "
       "before it that gives [1,8]"},
      {"residual(8)",
       "layer 0 (residual): residual: found f32[1,8] of its net and f32[1,4], its input; expected two of one shape; "
       "try: a shortcut behind |: residual(... | 8)"},
      {"residual(8 | 5)",
       "layer 0 (residual): residual: found f32[1,8] of its net and f32[1,5] of its shortcut; expected two of one "
       "shape; try: a shortcut that gives [1,8]"},
      {"8 as a, tied a, 3",
       "layer 1 (tied a): tied: found f32[1,8] before it and a weight of [8,4] of a; expected [rows, 4]; "
       "try: transposed behind it"},
      {"relu as a, 3, tied a", "layer 2 (tied a): tied: found a, which has no weight; expected"},
      {"view 1x2x2 as a, flatten, concat a",
       "layer 2 (concat a): concat: found f32[1,4] before it and f32[1,1,2,2] of a"},
      {"parallel(view 1x2x2 | view 2x2), 3", "concatenate"},
      {"view 4x1x1, group_norm 3",
       "found 3 groups of the 4 channels of f32[1,4,1,1]; expected a number that divides them"},
      {"layer_norm axes 3", "found 3 axes of f32[1,4]; expected at most the 1 behind the rows"},
      {"5, glu", "layer 1 (glu): glu: found f32[1,5]; expected an even number along the last axis"},
      {"repeat 2 (residual(3, 5))", "layer 0.0.0 (residual)"},
  };
  for (const auto& [text, message] : wrong)
    EXPECT_NE(refusal(text).find(message), std::string::npos) << text << ": " << refusal(text);
}

TEST(NamedNets, OfAProgramAreRefusedToo) {
  for (const char* name : {"", "3x", "a b", "relu", "as", "stride", "x-y", "\xc3\xa4"})
    EXPECT_THROW(linear(3).as(name), UserError) << name;
  EXPECT_THROW(add("a b"), UserError);
  EXPECT_THROW(parallel({}), UserError);
  EXPECT_THROW(repeat(0, linear(3)), UserError);
  EXPECT_THROW(repeat(1000, repeat(1000, linear(3))), UserError);
  const auto build = [](const Layer& net) { parameters_of(net, {4}, DType::f32); };
  EXPECT_THROW(build(sequential({linear(4), add("nobody")})), UserError);
  EXPECT_THROW(build(sequential({linear(4), again("nobody")})), UserError);
  EXPECT_THROW(build(sequential({linear(4), Layer{}})), UserError);
}

TEST(NamedNets, AreRefusedAsDocuments) {
  for (
      const char* text :
      {R"({"name": "linear"})", R"([{"name": "linear"}])", R"([{"name": "lineer", "outputs": 3}])",
       R"([{"name": "linear", "outputs": 3, "nets": [[]]}])", R"([{"name": "residual"}])",
       R"([{"name": "residual", "nets": [[], [], []]}])", R"([{"name": "add"}])",
       R"([{"name": "add", "inputs": ["a b"]}])", R"([{"name": "add", "inputs": ["a", "b"]}])",
       R"([{"name": "linear", "outputs": 3, "as": "relu"}])", R"([{"name": "linear", "outputs": 0}])",
       R"([{"name": "linear", "outputs": 3, "width": 3}])", R"([{"own": "gated"}])", R"([3])", R"("8 relu")",
       R"([{"name": "repeat", "times": 1000, "nets": [[{"name": "repeat", "times": 1000, "nets": [[{"name": "relu"}]]}]]}])"}) {
    EXPECT_THROW(net_from_json(json::parse(text, "net")), UserError) << text;
  }
}

// Nodes of one net agree on random streams whatever the batch.
TEST(NamedNets, DrawEachRepetitionByItself) {
  const Layer net = parse_net("repeat 2 (dropout 0.5)");
  Graph graph;
  Scope scope(graph, Mode::training, DType::f64);
  const Value x = graph.input("features", {4, 50}, DType::f64);
  const Value y = net.build(scope, x);
  const auto out = interpret({y}, {{x, Tensor::full({DType::f64, {4, 50}}, 1)},
                                   {graph.find_input("key"), Tensor::from({2}, {1, 0}, DType::i64)}})[0];
  int fours = 0;
  for (double number : out.numbers()) {
    EXPECT_TRUE(number == 0 || number == 4) << number;
    fours += number == 4;
  }
  EXPECT_NEAR(fours, 50, 30);  // a quarter of 200; the same draw twice would leave half
}

Value build_twice(const Layer& layer, Scope& scope, Value x) {
  return x * scope.parameter("factor", {1}, init::constant(layer.keys().number("by")));
}
constexpr kinds::Key scale_keys[] = {
    {.name = "by", .type = kinds::KeyType::number, .value = "2", .doc = "factor at first", .bare = true}};
const LayerKind scale{
    {"scale_all", "times a learned number", scale_keys}, build_twice, {.role = LayerTraits::Role::block}};

TEST(NamedNets, TakeKindsOfTheCallersOwn) {
  const LayerKind* const own[] = {&scale};
  const Layer net = parse_net("8, scale_all 3 relu as x, add x", own);
  EXPECT_EQ(print_net(net), "8, scale_all 3 relu as x, add x");
  EXPECT_EQ(net_from_json(net_to_json(net), own), net);
  EXPECT_EQ(make_model(net, {4}).find("1.factor")->number(), 3);
  EXPECT_THROW(parse_net("8, scale_all 3"), UserError);
  EXPECT_THROW(parse_net("8 as scale_all", own), UserError);
  const LayerKind again_relu{{"relu", "ours"}, build_twice};
  const LayerKind* const taken[] = {&again_relu};
  EXPECT_THROW(parse_net("8 relu", taken), UserError);
  try {
    net_from_json(net_to_json(net));
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("a layer scale_all, which does not come with gradus"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace gradus::nn
