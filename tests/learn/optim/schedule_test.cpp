#include "gradus/learn/optim/schedule.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gradus/core/base/error.hpp"

namespace gradus::optim {
namespace {

struct Case {
  const char* recipe;
  std::vector<double> rates;  // at the kept steps, of a rate of 0.5
};

#include "tests/learn/optim/torch_schedules.inl"

constexpr std::int64_t steps = 1000, steps_per_epoch = 10;
constexpr double rate = 0.5;

/// All factors of a run, whose epochs end with the losses of the script.
std::vector<double> factors(const Schedule& schedule) {
  ScheduleRun run(schedule);
  std::vector<double> out;
  for (std::int64_t step = 0; step < steps; ++step) {
    out.push_back(run.factor({step, steps, steps_per_epoch}));
    if ((step + 1) % steps_per_epoch == 0) run.epoch_ended(losses[static_cast<std::size_t>(step / steps_per_epoch)]);
  }
  return out;
}

TEST(Schedule, IsLikeTorch) {
  std::set<const kinds::Kind*> compared;
  for (const Case& c : cases) {
    const Schedule schedule = parse_schedule(c.recipe);
    compared.insert(schedule.kind);
    const std::vector<double> got = factors(schedule);
    for (std::size_t i = 0; i < kept.size(); ++i) {
      EXPECT_NEAR(rate * got[static_cast<std::size_t>(kept[i])], c.rates[i], 1e-12) << c.recipe << ", step " << kept[i];
    }
  }
  EXPECT_EQ(compared.size() + 1, all_schedules().size());  // torch has no coslog (tests/learn/tables has its values)
}

double factor(const Schedule& schedule, std::int64_t step, std::int64_t total) {
  return ScheduleRun(schedule).factor({step, total, 1});
}

TEST(Schedule, ConstantIsOne) { EXPECT_EQ(factor(constant(), 17, 100), 1.0); }

TEST(Schedule, CosineFallsFromOneToItsEnd) {
  const Schedule s = cosine({.final = 0.1});
  EXPECT_DOUBLE_EQ(factor(s, 0, 100), 1.0);
  EXPECT_DOUBLE_EQ(factor(s, 50, 100), 0.55);  // half way: the middle of 1 and 0.1
  EXPECT_DOUBLE_EQ(factor(s, 100, 100), 0.1);
  EXPECT_DOUBLE_EQ(factor(s, 1000, 100), 0.1);
}

TEST(Schedule, WarmUpRisesInEqualSteps) {
  const Schedule s = cosine({.warm_up = 0.1});
  for (int step = 0; step < 10; ++step) EXPECT_DOUBLE_EQ(factor(s, step, 100), (step + 1) / 10.0);
  EXPECT_DOUBLE_EQ(factor(s, 10, 100), 1.0);
  EXPECT_DOUBLE_EQ(factor(s, 55, 100), 0.5);
}

// Every kind gives finite factors at all edges: one step, no whole epoch, far beyond the end.
TEST(Schedule, IsFiniteAtTheEdges) {
  for (const ScheduleKind* kind : all_schedules()) {
    std::string text(kind->name);
    for (const kinds::Key& key : kind->keys) {
      if (key.required) text += " " + std::string(key.value);
    }
    for (const char* more : {"", " unit steps", " warm_up 0", " warm_up 1", " three_phase"}) {
      Schedule schedule;
      try {
        schedule = parse_schedule(text + more);
      } catch (const UserError&) {
        continue;  // a key that it does not have
      }
      for (const Moment& moment : {Moment{0, 1, 1}, Moment{0, 1, 100}, Moment{3, 4, 2}, Moment{1'000'000'000, 10, 3},
                                   Moment{5, std::int64_t{1} << 62, 7}}) {
        const double f = ScheduleRun(schedule).factor(moment);
        EXPECT_TRUE(f >= 0 && f <= 1) << text << more << " " << f;
      }
    }
  }
}

// What a checkpoint would do: the state, or all losses again.
TEST(Schedule, PlateauGoesOnFromItsState) {
  const Schedule schedule = parse_schedule("plateau 1 gamma 0.5 cooldown 2");
  ScheduleRun whole(schedule);
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    ScheduleRun again(schedule), restored(schedule);
    for (std::size_t e = 0; e < epoch; ++e) again.epoch_ended(losses[e]);
    restored.restore(whole.state());
    EXPECT_EQ(again.state(), whole.state());
    for (ScheduleRun* run : {&again, &restored}) {
      run->epoch_ended(losses[epoch]);
      EXPECT_EQ(run->factor({}), [&] {
        ScheduleRun next = whole;
        next.epoch_ended(losses[epoch]);
        return next.factor({});
      }());
    }
    whole.epoch_ended(losses[epoch]);
  }
  EXPECT_LT(whole.factor({}), 0.1);
}

// A loss below 0 falls when it moves away from 0.
TEST(Schedule, PlateauSeesLossesBelowZeroFall) {
  ScheduleRun run(parse_schedule("plateau 2 gamma 0.5 threshold 0.01"));
  for (double loss : {-1.0, -1.1, -1.2, -1.3, -1.4, -1.5}) run.epoch_ended(loss);
  EXPECT_EQ(run.factor({}), 1);
  for (int epoch = 0; epoch < 3; ++epoch) run.epoch_ended(-1.505);  // less than 1 % lower
  EXPECT_EQ(run.factor({}), 0.5);
}

TEST(Schedule, RefusesNumbersOutOfRange) {
  EXPECT_THROW(cosine({.warm_up = 1}), UserError);
  EXPECT_THROW(cosine({.final = -0.1}), UserError);
  for (const char* text :
       {"cosine x", "cosin", "cosine 0.1 warm_up 0.2", "step", "step 0", "step 1.5", "step 3 unit days", "exponential",
        "exponential 0", "restarts 0", "restarts 5 growth 0", "polynomial 0", "one_cycle div_factor 0.5",
        "one_cycle 0.6 three_phase", "plateau gamma 1", "plateau patience -1", "constant 1", ""}) {
    EXPECT_THROW(parse_schedule(text), UserError) << text;
  }
}

TEST(ParseSchedule, ReadsItsWarmUp) {
  EXPECT_EQ(parse_schedule("constant"), constant());
  EXPECT_EQ(parse_schedule("cosine 0.05"), cosine({.warm_up = 0.05}));
  EXPECT_EQ(kinds::print(parse_schedule("cosine 0.05")), "cosine warm_up 0.05");
  EXPECT_EQ(parse_schedule("one-cycle warm-up 0.25"), schedule("one_cycle", {{"warm_up", 0.25}}));
}

}  // namespace
}  // namespace gradus::optim
