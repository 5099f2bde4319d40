#include "gradus/learn/kinds/recipe.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"

namespace gradus::kinds {
namespace {

constexpr std::string_view colors[] = {"red", "green"};
constexpr Key brush_keys[] = {
    {"width", KeyType::number, "2", "of a line", {}, {}, true},
    {"count", KeyType::whole, "3", "of lines", {.low = -10}},
    {"color", KeyType::word, "green", "of lines", {}, colors},
    {"round_ends", KeyType::truth, "false", "of lines"},
    {"thin", KeyType::truth, "true", "of lines"},
};
const Kind brush{"brush", "draws lines", brush_keys};
const Kind broad_brush{"broad_brush", "draws bands"};
const KindList tools{&brush, &broad_brush};

constexpr Key stamp_keys[] = {
    {.name = "size",
     .type = KeyType::sizes,
     .value = "3x2",
     .doc = "of it",
     .range = {.low = 1, .high = 1e6},
     .required = true,
     .bare = true,
     .numbers = 2},
    {.name = "depth", .type = KeyType::number, .value = "0.5", .doc = "of ink", .bare = true},
    {.name = "gap",
     .type = KeyType::sizes,
     .value = "",
     .doc = "between two; its size unless given",
     .range = {.low = 0, .high = 1e6},
     .numbers = 2},
};
/// A gap of one size is the size alone.
void normalize_stamp(Keys& keys) {
  if (keys.sizes("gap") == keys.sizes("size")) keys.set(2, Sizes{});
}
const Kind stamp{.name = "stamp", .doc = "prints spots", .keys = stamp_keys, .normalize = normalize_stamp};
const KindList stamps{&stamp};

std::string message(const std::string& text, const KindList& list = tools) {
  try {
    parse_any(text, list, "tool");
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
    return error.what();
  }
  return "no refusal";
}

TEST(Recipe, IsReadFromShortAndLongTexts) {
  const AnyRecipe recipe = parse_any("brush 0.5", tools, "tool");
  EXPECT_EQ(recipe.kind, &brush);
  EXPECT_EQ(recipe.keys.number("width"), 0.5);
  EXPECT_EQ(recipe.keys.whole("count"), 3);
  EXPECT_EQ(recipe.keys.word("color"), "green");
  EXPECT_FALSE(recipe.keys.truth("round_ends"));
  EXPECT_TRUE(recipe.keys.truth("thin"));
  EXPECT_EQ(recipe, parse_any(" brush\twidth  0.5 ", tools, "tool"));
  EXPECT_EQ(parse_any("brush 1 -7 red", tools, "tool"), parse_any("brush color red count -7 width 1", tools, "tool"));
  EXPECT_EQ(parse_any("brush 1 round-ends", tools, "tool"), parse_any("brush 1 round_ends true", tools, "tool"));
  EXPECT_TRUE(parse_any("brush 1 round_ends thin false count 2", tools, "tool").keys.truth("round_ends"));
  EXPECT_EQ(parse_any("broad-brush", tools, "tool").kind, &broad_brush);
}

TEST(Recipe, PrintsWhatIsNotAsByDefault) {
  EXPECT_EQ(print(parse_any("brush 0.5 3 green thin", tools, "tool")), "brush width 0.5");
  EXPECT_EQ(print(parse_any("brush 0.1 round_ends thin false color red", tools, "tool")),
            "brush width 0.1 color red round_ends thin false");
  EXPECT_EQ(print_all(parse_any("brush 1e-08", tools, "tool")),
            "brush width 1e-08 count 3 color green round_ends false thin true");
  EXPECT_EQ(print_all(make_any(broad_brush, {})), "broad_brush");
}

TEST(Recipe, SaysWhatIsWrongAndWhatIsNearest) {
  EXPECT_EQ(message("brsh 1"), "tool: found \"brsh\"; expected brush, broad_brush; try: brush");
  EXPECT_EQ(message(""), "tool: found nothing; expected brush, broad_brush; try: brush");
  EXPECT_EQ(message("brush 1 cuont 2"),
            "tool: found \"cuont\" after brush; expected its keys: width, count, color, round_ends, thin; "
            "try: brush width 2 count 3");
  EXPECT_EQ(message("brush 1 color rde"), "tool brush, color: found \"rde\"; expected red or green; try: red");
  EXPECT_EQ(message("brush 1 count 1.5"),
            "tool brush, count: found \"1.5\"; expected a whole number from -10 on; try: 3");
  EXPECT_EQ(message("brush 1 count -11"),
            "tool brush, count: found \"-11\"; expected a whole number from -10 on; try: 3");
  EXPECT_EQ(message("brush 1e999"), "tool brush, width: found \"1e999\"; expected a number; try: 2");
  EXPECT_EQ(message("brush 1 width 2"), "tool: found width twice; expected one value; try: brush width 2");
  EXPECT_EQ(message("brush 1 count"), "tool brush, count: found nothing; expected a whole number from -10 on; try: 3");
  EXPECT_EQ(message("brush color red"),
            "brush: found no value for width; expected a number: of a line; try: brush width 2");
  EXPECT_EQ(message("brush 1 2 red 4"),
            "tool: found the value 4 without its key; expected a key before it: width, count, color, round_ends, thin; "
            "try: brush width 2");
  EXPECT_EQ(message("broad_brush 3"),
            "tool: found \"3\" after broad_brush; expected broad_brush alone; try: broad_brush");
  EXPECT_EQ(message("brush 1 \x1b[31m"),
            "tool: found \"\\x1b[31m\" after brush; expected its keys: width, count, color, round_ends, thin; try: "
            "brush width 2");
  EXPECT_NE(message("brush 1", {&brush, &brush}).find("two kinds called brush"), std::string::npos);
}

TEST(Recipe, IsMadeByPrograms) {
  const Given given[] = {{"width", 1}, {"color", "red"}, {"thin", false}};
  EXPECT_EQ(print(make_any(brush, given)), "brush width 1 color red thin false");
  AnyRecipe recipe = make_any(brush, given);
  set(recipe, "count", 5);
  EXPECT_EQ(recipe.keys.whole("count"), 5);
  EXPECT_THROW(set(recipe, "count", 2.5), UserError);
  EXPECT_THROW(set(recipe, "cuont", 2), UserError);
  EXPECT_THROW(set(recipe, "width", std::numeric_limits<double>::infinity()), UserError);
  EXPECT_THROW(make_any(brush, {}), UserError);  // no width
  EXPECT_EQ(recipe.keys.whole("count"), 5);
}

TEST(Recipe, HasSizesAndValuesWithoutNames) {
  EXPECT_EQ(print(parse_any("stamp 5 gap 2x3", stamps, "tool")), "stamp 5 gap 2x3");
  EXPECT_EQ(print(parse_any("stamp depth 2 size 5x4 gap 5x4", stamps, "tool")), "stamp 5x4 2");
  EXPECT_EQ(print_all(parse_any("stamp 5", stamps, "tool")), "stamp 5 0.5");
  EXPECT_EQ(parse_any("stamp 5", stamps, "tool").keys.sizes("gap"), Sizes{});
  EXPECT_EQ(to_toml(parse_any("stamp 5x4", stamps, "tool")),
            "{name = \"stamp\", size = [5, 4], depth = 0.5, gap = []}");
  EXPECT_EQ(message("stamp 5x", stamps),
            "tool stamp, size: found \"5x\"; expected whole numbers from 1 to 1000000, joined by x where there are "
            "several; try: 3x2");
  for (const char* text :
       {"stamp 0", "stamp 5x5x5", "stamp x5", "stamp 5x-1", "stamp 5 gap 1x", "stamp 99999999999999999999"})
    EXPECT_NE(message(text, stamps), "no refusal") << text;
}

TEST(Recipe, TellsZerosApart) {
  const AnyRecipe minus = parse_any("brush -0", tools, "tool"), plus = parse_any("brush 0", tools, "tool");
  EXPECT_NE(minus, plus);
  EXPECT_EQ(print(minus), "brush width -0");
}

/// A value that the key takes, any bits of it.
KeyValue draw(const Key& key, std::mt19937_64& random) {
  switch (key.type) {
    case KeyType::truth: return random() % 2 == 0;
    case KeyType::word: return std::string(key.words[random() % key.words.size()]);
    case KeyType::whole: {
      const auto low = static_cast<std::int64_t>(std::max(key.range.low, -1e15)),
                 high = static_cast<std::int64_t>(std::min(key.range.high, 1e15));
      return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
    }
    case KeyType::sizes: {
      Sizes sizes(random() % key.numbers + 1);
      for (std::int64_t& size : sizes) size = std::max<std::int64_t>(1, static_cast<std::int64_t>(random() % 1000));
      return sizes;
    }
    case KeyType::number: break;
  }
  for (;;) {
    const auto number = std::bit_cast<double>(random());
    if (key.range.contains(number)) return number;
    const double inside = std::ldexp(static_cast<double>(random() >> 11), -53);
    if (key.range.contains(inside)) return inside;
    if (key.range.contains(inside + 1)) return inside + 1;
  }
}

/// print and parse, JSON there and back, for keys of random bits.
void expect_round_trips(const KindList& list) {
  std::mt19937_64 random(7);
  for (const Kind* kind : list) {
    for (int round = 0; round < 200; ++round) {
      AnyRecipe recipe{kind, Keys(kind->keys)};
      for (std::size_t i = 0; i < kind->keys.size(); ++i) {
        if (kind->keys[i].required || random() % 2 == 0) recipe.keys.set(i, draw(kind->keys[i], random));
      }
      if (kind->normalize != nullptr) kind->normalize(recipe.keys);
      try {
        if (kind->check != nullptr) kind->check(recipe.keys);
      } catch (const UserError&) {
        continue;
      }
      EXPECT_EQ(parse_any(print(recipe), list, "kind"), recipe) << print(recipe);
      EXPECT_EQ(parse_any(print_all(recipe), list, "kind"), recipe) << print_all(recipe);
      const std::string text = json::write(to_json(recipe));
      EXPECT_EQ(any_from_json(json::parse(text, "recipe"), list, "kind"), recipe) << text;
    }
  }
}

TEST(Recipe, GoesThereAndBackToTheBit) {
  expect_round_trips(tools);
  expect_round_trips(stamps);
  expect_round_trips(kind_list(optim::all_optimizers()));
  expect_round_trips(kind_list(optim::all_schedules()));
  expect_round_trips(kind_list(init::all_inits()));
  expect_round_trips(kind_list(loss::all_losses()));
  expect_round_trips(kind_list(nn::all_layers()));
}

TEST(Recipe, OfJsonTakesDefaultsForWhatIsMissing) {
  const auto read = [](const char* text) { return any_from_json(json::parse(text, "recipe"), tools, "tool"); };
  EXPECT_EQ(read(R"({"name": "brush", "width": 3})"), parse_any("brush 3", tools, "tool"));
  for (const char* text :
       {R"({"name": "brsh"})", R"({"width": 3})", R"({"name": 3})", R"("brush")", R"({"name": "brush"})",
        R"({"name": "brush", "width": "3"})", R"({"name": "brush", "width": [3]})",
        R"({"name": "brush", "width": "NaN"})", R"({"name": "brush", "width": 3, "count": 18446744073709551615})",
        R"({"name": "brush", "width": 3, "cuont": 1})", R"({"name": "brush", "width": 3, "thin": null})"}) {
    EXPECT_THROW(read(text), UserError) << text;
  }
}

// What texts and files rely on, for every kind there is.
TEST(Kinds, HaveTablesThatCanBeRead) {
  for (const KindList& list :
       {kind_list(optim::all_optimizers()), kind_list(optim::all_schedules()), kind_list(init::all_inits()),
        kind_list(loss::all_losses()), kind_list(nn::all_layers())}) {
    for (const Kind* kind : list) {
      EXPECT_EQ(&find_kind(kind->name, list, "kind"), kind);
      EXPECT_FALSE(kind->doc.empty() || kind->doc.ends_with('.')) << kind->name;
      std::vector<Given> required;
      for (std::size_t i = 0; i < kind->keys.size(); ++i) {
        const Key& key = kind->keys[i];
        EXPECT_EQ(find_key(kind->keys, key.name), i) << kind->name << " " << key.name;
        EXPECT_FALSE(key.name == "name" || key.name == "schedule" || key.doc.empty() || key.doc.ends_with('.'))
            << kind->name << " " << key.name;
        EXPECT_EQ(key.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string_view::npos);
        const KeyValue value = usual_value(key);
        for (const Key& other : kind->keys) {
          for (const std::string_view word : other.words)
            EXPECT_EQ(find_key(kind->keys, word), kind->keys.size()) << word;
        }
        if (key.required) required.push_back({key.name, value});
      }
      EXPECT_NO_THROW(make_any(*kind, required)) << kind->name;
    }
  }
}

}  // namespace
}  // namespace gradus::kinds
