#include "gradus/core/graph/slot.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "gradus/core/graph/edit.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

const Type three{DType::f32, {3}};

void refused(const std::function<void()>& action, const char* words) {
  test::expect_refusal(Fault::usage, action, words);
}

TEST(SlotTable, DeclaresEachNameOnce) {
  SlotTable table;
  const SlotId w = table.declare({.name = "w", .type = three});
  const SlotId m = table.declare({.name = "m", .type = three, .role = Role::moment, .of = w});
  EXPECT_EQ(table.declare({.name = "w", .type = three}), w);
  EXPECT_EQ(table.size(), 2);
  EXPECT_EQ(table.find("m"), m);
  EXPECT_FALSE(table.find("v"));
  EXPECT_EQ(table[m].of, w);
  EXPECT_TRUE(table.has(m) && !table.has({}) && !table.has({2}));
  // An input has the type that each graph gives it.
  EXPECT_EQ(table.declare({.name = "x", .type = three, .role = Role::input}),
            table.declare({.name = "x", .type = {}, .role = Role::input}));
}

TEST(SlotTable, RefusesWhatDoesNotFit) {
  SlotTable table;
  const SlotId w = table.declare({.name = "w", .type = three});
  const SlotId sum = table.declare({.name = "s", .type = three, .role = Role::sum});
  refused([&] { table.declare({.name = ""}); }, "slot \"\": found an empty name");
  refused(
      [&] {
        table.declare({.name = "w", .type = {DType::f64, {3}}});
      },
      "slot \"w\": found role parameter, f64[3]; expected role parameter, f32[3]");
  refused([&] { table.declare({.name = "w", .role = Role::input}); }, "found role input; expected role parameter");
  for (const SlotId of : {SlotId{}, sum, SlotId{9}}) {
    refused([&] { table.declare({.name = "m", .type = three, .role = Role::moment, .of = of}); },
            "found a moment of no parameter");
  }
  refused([&] { table.declare({.name = "r", .type = three, .role = Role::running, .of = w}); },
          "found a running of a parameter");
  table.declare({.name = "m", .type = three, .role = Role::moment, .of = w});
  const SlotId other = table.declare({.name = "w2", .type = three});
  refused([&] { table.declare({.name = "m", .type = three, .role = Role::moment, .of = other}); },
          "try: the same parameter for it");
}

TEST(GraphState, IsOneValueWithOneNextValue) {
  Graph g;
  const Value w = g.state({.name = "w", .type = three}), x = g.input("x", three);
  EXPECT_EQ(g.state(slot_of(w)), w);
  EXPECT_EQ(g.find_input("w"), w);
  EXPECT_FALSE(g.find_next(slot_of(w)));
  const Value sum = w + x;
  g.next(w, sum);
  EXPECT_EQ(g.find_next(slot_of(w)), sum);
  EXPECT_TRUE(g.outputs().empty());
  verify(g);
  refused([&] { g.next(w, w); }, "next value of \"w\": found a second one");
  refused([&] { g.next(x, sum); }, "next value of \"x\": found an input, which is given before each run");
  refused([&] { g.next(sum, w); }, "next value: found one of a value that is computed");
  const Value v = g.state({.name = "v", .type = {DType::f64, {3}}});
  refused([&] { g.next(v, sum); }, "next value of \"v\": found f32[3]; expected f64[3], as the slot");
  Graph other;
  refused([&] { g.next(v, other.state({.name = "v", .type = {DType::f64, {3}}})); }, "found a value of another graph");
  refused([&] { g.state(slot_of(x)); }, "state \"x\": found a slot of role input");
  refused([&] { g.input(slot_of(v), three); }, "input \"v\": found state");
  refused([&] { g.input(slot_of(x), three); }, "input \"x\": found a second input of that slot");
  refused([&] { g.input("v", three); }, "input \"v\": found a second input of that name");
  refused([&] { g.state(SlotId{}); }, "found a slot that its table does not have");
  refused([&] { g.state(SlotId{17}); }, "found a slot that its table does not have");
}

TEST(GraphState, GraphsOfOneTableShareSlotsAndInputsDifferInType) {
  const auto slots = std::make_shared<SlotTable>();
  Graph a(slots), b(slots);
  const Value x = a.input("x", {DType::f32, {64, 3}}), w = a.state({.name = "w", .type = three});
  EXPECT_EQ(slot_of(b.input("x", {DType::f32, {7, 3}})), slot_of(x));
  EXPECT_EQ(slot_of(b.state({.name = "w", .type = three})), slot_of(w));
  EXPECT_EQ(slots->size(), 2);
  refused([&] { b.input("w", three); }, "found a second input of that name");
  Graph c(slots);
  refused([&] { c.input("w", three); }, "slot \"w\": found role input; expected role parameter");
  EXPECT_FALSE(c.find_input("w"));
}

const char* const step = R"(slot "w" parameter f32[3]
slot "w/m \"1\"" moment f32[3] of "w"
slot "seen" counter i64[]
%0 = input {name="w", type=f32[3]} : f32[3] @ "w"
%1 = input {name="x", type=f32[3]} : f32[3]
%2 = input {name="w/m \"1\"", type=f32[3]} : f32[3] @ "m"
%3 = negate %0 : f32[3]
%4 = negate %3 : f32[3]
%5 = add %4 %1 : f32[3]
%6 = input {name="seen", type=i64[]} : i64[] @ "seen"
next "w/m \"1\"" %4
next "w" %5
output %4 "old"
)";

TEST(GraphState, ReadsBackAsItPrints) {
  const Graph g = parse(step);
  verify(g);
  EXPECT_EQ(print(g), step);
  EXPECT_EQ(g.slots()[g.slots().find("w/m \"1\"")].of, g.slots().find("w"));
  EXPECT_EQ(g.slots()[g.slots().find("x")].role, Role::input);
  // The parameter of a moment is told even where nothing reads it.
  const char* moment =
      "slot \"w\" parameter f32[3]\nslot \"m\" moment f32[3] of \"w\"\n"
      "%0 = input {name=\"m\", type=f32[3]} : f32[3]\nnext \"m\" %0\n";
  EXPECT_EQ(print(parse(moment)), moment);
}

TEST(GraphState, TextThatDoesNotFitIsRefusedWithItsPlace) {
  const std::string head = "slot \"w\" parameter f32[3]\n%0 = input {name=\"w\", type=f32[3]} : f32[3]\n";
  const std::pair<const char*, const char*> lines[] = {
      {"slot \"w\" parameter f32[3]", "graph:3:6: found \"\"w\" parameter f32[3]\"; expected a name of its own"},
      {"slot \"\" parameter f32[3]", "graph:3:6: slot \"\": found an empty name"},
      {"slot \"v\" input f32[3]", "expected a role of state: parameter, moment, running, sum or counter"},
      {"slot \"v\" weight f32[3]", "expected a role of state"},
      {"slot \"v\" running", "expected a dtype"},
      {"slot \"v\" moment f32[3]", "found a moment of no parameter"},
      {"slot \"v\" moment f32[3] of \"u\"", "graph:3:27: "},
      {"slot \"v\" moment f32[3] or \"w\"", "expected of and the parameter's"},
      {"slot \"v\" running f32[3] of \"w\"", "found a running of a parameter"},
      {"next \"v\" %0", "graph:3:6: "},
      {"next \"w\" 0", "expected % and the number"},
      {"next \"w\" %1", "graph:3:11: "},
      {"slot \"v\" sum f32[3]\nnext \"v\" %0", "graph:4:6: "},
      {"next \"w\" %0\nnext \"w\" %0", "graph:4:6: next value of \"w\": found a second one"},
      {"%1 = input {name=\"x\", type=f32[2]} : f32[2]\nnext \"w\" %1", "found f32[2]; expected f32[3]"},
      {"%1 = input {name=\"x\", type=f32[2]} : f32[2]\nnext \"x\" %1", "found an input, which is given"},
      {"slot \"v\" sum f32[3]\n%1 = input {name=\"v\", type=f32[2]} : f32[2]", "expected f32[3], the type of its slot"},
      {"%1 = input {slot=0, type=f32[3]} : f32[3]", "expected an input with a name and a type"},
      {"nexts", "expected output, slot or next"}};
  for (const auto& one : lines) {
    test::expect_refusal(
        Fault::data, [&] { parse(head + one.first + "\n"); }, one.second);
  }
}

TEST(GraphState, NextValuesFollowNodesThatGiveWay) {
  GraphEdit edit(parse(step));
  const auto without_two_signs = [](Value value) {
    const auto negates = [](Value v) { return &v.op() == &pointwise_op<pointwise::Negate>(); };
    return negates(value) && negates(value.input(0)) ? value.input(0).input(0) : Value{};
  };
  EXPECT_EQ(edit.visit(edit.new_list(), without_two_signs), 1);
  EXPECT_EQ(edit.drop_unread(), 1);
  const Graph out = edit.take();
  verify(out);
  EXPECT_EQ(print(out), R"(slot "w" parameter f32[3]
slot "w/m \"1\"" moment f32[3] of "w"
slot "seen" counter i64[]
%0 = input {name="w", type=f32[3]} : f32[3] @ "w"
%1 = input {name="x", type=f32[3]} : f32[3]
%2 = input {name="w/m \"1\"", type=f32[3]} : f32[3] @ "m"
%3 = add %0 %1 : f32[3]
%4 = input {name="seen", type=i64[]} : i64[] @ "seen"
next "w/m \"1\"" %0
next "w" %3
output %0 "old"
)");
}

}  // namespace
}  // namespace gradus
