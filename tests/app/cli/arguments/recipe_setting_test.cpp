// Recipes said by text, key by key, and in files.
#include "gradus/app/cli/arguments/recipe_setting.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/arguments/toml/read_config.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::cli {
namespace {

std::string text_of(const RecipeSetting& setting) { return kinds::print(setting.recipe()); }

TEST(RecipeSetting, JoinsKeysAndLetsTheLaterSourceWin) {
  RecipeSetting setting(optimizer_family);
  EXPECT_TRUE(setting.empty());
  setting.say_key("momentum", "0.5", "run.toml:2:1", Source::file);
  setting.say("sgd 0.1", "run.toml:1:1", Source::file);
  EXPECT_EQ(text_of(setting), "sgd rate 0.1 momentum 0.5");
  setting.say_key("rate", "0.2", "--set optimizer.rate", Source::set);
  setting.say_key("rate", "0.3", "--set optimizer.rate", Source::set);
  EXPECT_EQ(text_of(setting), "sgd rate 0.3 momentum 0.5");
  setting.say("rmsprop alpha 0.75", "--optimizer", Source::flags);
  EXPECT_EQ(text_of(setting), "rmsprop rate 0.3 alpha 0.75 momentum 0.5");
}

TEST(RecipeSetting, ANewTextReplacesTheKeysOfTheOldOne) {
  RecipeSetting setting(optimizer_family);
  setting.say("sgd 0.1 momentum 0.9", "run.toml:1:1", Source::file);
  setting.say("adam", "--optimizer", Source::flags);
  EXPECT_EQ(text_of(setting), "adam");
}

template <class Do> std::string refusal(Do what) {
  try {
    what();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no refusal";
}

TEST(RecipeSetting, RefusesTwoWordsOfOneSource) {
  RecipeSetting setting(optimizer_family);
  setting.say_key("weight-decay", "0.1", "run.toml:3:1", Source::file);
  EXPECT_EQ(refusal([&] { setting.say("adamw weight_decay 0.2", "run.toml:4:1", Source::file); }),
            "run.toml:4:1 adamw, weight_decay: found weight_decay 0.2, beside weight_decay 0.1 in run.toml:3:1; "
            "expected one value; try: weight_decay once");
  setting.say("adamw weight_decay 0.1", "run.toml:4:1", Source::file);  // they agree
  EXPECT_EQ(text_of(setting), "adamw weight_decay 0.1");
}

TEST(RecipeSetting, NamesTheKindsThatHaveAKey) {
  RecipeSetting setting(optimizer_family);
  setting.say("lion", "--optimizer", Source::flags);
  setting.say_key("centered", "true", "--set optimizer.centered", Source::set);
  EXPECT_EQ(refusal([&] { setting.recipe(); }),
            "--set optimizer.centered: found lion, which has no centered; expected rmsprop; try: --optimizer rmsprop");
  RecipeSetting schedule(schedule_family);
  schedule.say_key("first", "3", "run.toml:1:1", Source::file);
  EXPECT_EQ(
      refusal([&] { schedule.recipe(); }),
      "run.toml:1:1: found a key without its kind; expected restarts as optimizer.schedule; try: --schedule restarts");
}

/// The settings that a configuration file says.
Settings read(const std::string& toml) {
  const test::TemporaryFolder folder;
  folder.write("run.toml", toml);
  Settings settings;
  settings.source = Source::file;
  for (const Assignment& assignment : read_config(folder.path() + "/run.toml")) assign(settings, assignment);
  return settings;
}

TEST(RecipeSetting, IsATableOrATextOfAFile) {
  for (const char* toml : {"[optimizer]\nschedule = \"step 7 gamma 0.5\"",
                           "[optimizer]\nschedule = {name = \"step\", every = 7, gamma = 0.5}",
                           "[optimizer.schedule]\nevery = 7\ngamma = 0.5\nname = \"step\"",
                           "optimizer.schedule.name = \"step 7\"\noptimizer.schedule.gamma = 5e-1"}) {
    EXPECT_EQ(text_of(read(toml).schedule), "step every 7 gamma 0.5") << toml;
  }
  EXPECT_EQ(text_of(read("[model]\ninit = {name = \"normal\", deviation = 1}").init), "normal deviation 1");
  EXPECT_EQ(text_of(read("[optimizer]\nname = \"nadam\"\nmomentum_decay = 0.25\ndecoupled = true").optimizer),
            "nadam momentum_decay 0.25 decoupled");
  for (const char* toml :
       {"[optimizer]\nschedule = {name = \"step\", evry = 7}", "[optimizer]\nschedule = {name = [\"step\"], every = 7}",
        "[optimizer]\nname = {name = \"adam\"}", "[optimizer.schedule.gamma]\nvalue = 3",
        "[optimizer]\nalpha = [0.5]"}) {
    EXPECT_NE(refusal([&] { read(toml); }), "no refusal") << toml;
  }
}

// to_toml and the reader of files: the same bits.
TEST(RecipeSetting, GoesToTomlAndBackToTheBit) {
  std::mt19937_64 random(3);
  for (const optim::OptimizerKind* kind : optim::all_optimizers()) {
    for (int round = 0; round < 20; ++round) {
      kinds::AnyRecipe recipe = kinds::make_any(*kind, {});
      const std::size_t rate = kinds::find_key(kind->keys, "rate");
      double number = 0;
      while (!kind->keys[rate].range.contains(number)) number = std::bit_cast<double>(random());
      recipe.keys.set(rate, number);
      for (std::size_t i = 0; i < kind->keys.size(); ++i) {
        if (kind->keys[i].type == kinds::KeyType::truth) recipe.keys.set(i, random() % 2 == 0);
      }
      if (kind->check != nullptr && refusal([&] { kind->check(recipe.keys); }) != "no refusal") continue;
      EXPECT_EQ(read("optimizer = " + kinds::to_toml(recipe)).optimizer.recipe(), recipe) << kinds::to_toml(recipe);
    }
  }
}

}  // namespace
}  // namespace gradus::cli
