#include "gradus/engine/cpu/runtime/profile.hpp"

#include <algorithm>
#include <chrono>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/cpu/runtime/executor.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

double between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double, std::nano>(end - begin).count();
}

double median(std::vector<double>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What two looks at the clock cost, one right after the other.
double clock_cost() {
  std::vector<double> all;
  for (int i = 0; i < 201; ++i) {
    const Clock::time_point begin = Clock::now();
    all.push_back(between(begin, Clock::now()));
  }
  return median(all);
}

std::vector<double> medians(std::vector<std::vector<double>>& samples) {
  std::vector<double> out;
  for (std::vector<double>& of : samples) out.push_back(median(of));
  return out;
}

}  // namespace

class ExecutorClock {
 public:
  explicit ExecutorClock(Executor& executor) : executor_(executor), clock_ns_(clock_cost()) {}

  Profile profile(double seconds) {
    constexpr std::size_t least = 5, most = 2000;
    const auto half = std::chrono::duration<double>(seconds / 2);
    Profile out;
    std::vector<double> totals;
    executor_.run();  // warms up
    const int repeats = repeats_of(time_of(1, [&] { executor_.run(); }));
    for (const Clock::time_point begin = Clock::now(); totals.size() < most;) {
      const Clock::time_point start = Clock::now();
      if (totals.size() >= least && start - begin > half) break;
      totals.push_back(time_of(repeats, [&] { executor_.run(); }));
    }
    out.runs = checked_cast<int>(totals.size()) * repeats;
    out.total_ns = median(totals);
    std::vector<std::vector<double>> steps(executor_.steps_.size()), regions(executor_.regions_.size());
    for (const Clock::time_point begin = Clock::now(); regions.empty() || regions[0].size() < most;) {
      if (regions.empty() || (regions[0].size() >= least && Clock::now() - begin > half)) break;
      run();
      for (std::size_t r = 0; r < regions.size(); ++r) regions[r].push_back(region_ns_[r]);
      for (std::size_t s = 0; s < steps.size(); ++s) {
        double sum = 0;
        for (const std::vector<double>& thread : step_ns_) sum += thread[s];
        steps[s].push_back(sum);
      }
    }
    out.step_ns = medians(steps), out.region_ns = medians(regions);
    return out;
  }

  std::vector<double> time_blocks(double seconds) {
    constexpr std::size_t least = 2, most = 400;
    const FlushDenormals flush;
    std::vector<Group> groups = find_groups();
    samples_.assign(executor_.steps_.size(), {});
    const double each = seconds * 1e9 / static_cast<double>(std::max<std::size_t>(groups.size(), 1));
    for (std::size_t round = 0; round < most; ++round) {
      for (Group& group : groups) {
        if (round >= least && group.spent_ns > each) continue;
        const Clock::time_point begin = Clock::now();
        sample(group, round);
        group.spent_ns += between(begin, Clock::now());
      }
    }
    std::vector<double> out = medians(samples_);
    for (Group& group : groups) scale(group, out);
    return out;
  }

 private:
  using Item = Executor::Item;
  static constexpr double long_ns = 1e5;  // beside which clocks take no time

  /// Blocks of one loop, of which `begin` to `end` are the first thread's.
  struct Group {
    std::size_t begin = 0, end = 0, next = 0;
    std::vector<double> blocks = {};  // what they took
    double spent_ns = 0;
  };

  /// Of one call of `work`, made `repeats` times on one clock.
  template <class Work> double time_of(int repeats, const Work& work) const {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < repeats; ++i) work();
    return std::max(0.0, between(begin, Clock::now()) - clock_ns_) / repeats;
  }

  /// The clock ticks every 10 or 20 ns: what takes little is repeated.
  static int repeats_of(double ns) {
    constexpr double enough = 4000;
    constexpr int most = 32;
    return ns * most < enough ? most : std::max(1, checked_cast<int>(enough / ns));
  }

  void run_item(const Item& item, int thread, double* step_ns) {
    std::byte* const own = executor_.thread_memory_[static_cast<std::size_t>(thread)];
    std::byte** const operands = executor_.operands_[static_cast<std::size_t>(thread)].data();
    const Frame frame{operands, item.first, item.rows, own + executor_.local_bytes_, executor_.past_caches()};
    for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) {
      const Executor::RunStep& step = executor_.steps_[s];
      const Clock::time_point begin = Clock::now();
      executor_.point(step, item, own, operands);
      step.run(step.state, frame);
      step_ns[s] += std::max(0.0, between(begin, Clock::now()) - clock_ns_);
    }
  }

  void run() {
    step_ns_.assign(static_cast<std::size_t>(executor_.team_), std::vector<double>(executor_.steps_.size()));
    region_ns_.assign(executor_.regions_.size(), 0);
    if (executor_.way_ == Executor::alone) return run_thread(0);
    const ThreadPool::Turn turn = executor_.pool_->wait_turn();
    executor_.pool_->run(
        executor_.team_, [](void* self, int thread) { static_cast<ExecutorClock*>(self)->run_thread(thread); }, this);
  }

  void run_thread(int thread) {
    const FlushDenormals flush;
    const auto t = static_cast<std::size_t>(thread);
    for (std::size_t r = 0; r < executor_.regions_.size(); ++r) {
      const Stretch& region = executor_.regions_[r];
      const Clock::time_point begin = Clock::now();
      const bool alone = executor_.way_ == Executor::alone;
      for (std::size_t i = region.begin[t]; i < (alone ? region.begin.back() : region.begin[t + 1]); ++i) {
        run_item(executor_.items_[i], thread, step_ns_[t].data());
      }
      if (!alone && executor_.meets_after(r)) executor_.pool_->barrier(executor_.team_);
      if (thread == 0) region_ns_[r] = between(begin, Clock::now());
    }
  }

  /// Loops, as runs of blocks that begin with the same step.
  std::vector<Group> find_groups() const {
    std::vector<Group> groups;
    for (const Stretch& region : executor_.regions_) {
      for (std::size_t i = region.begin.front(); i < region.begin.back();) {
        std::size_t end = i;
        while (end < region.begin.back() && executor_.items_[end].first_step == executor_.items_[i].first_step) ++end;
        Group group{.begin = i, .end = std::min(end, region.begin[1])};
        if (group.begin >= group.end) group.end = end;  // the first thread has none of it
        group.next = group.begin;
        groups.push_back(group);
        i = end;
      }
    }
    return groups;
  }

  const Item& next(Group& group) const {
    const Item& item = executor_.items_[group.next];
    group.next = group.next + 1 < group.end ? group.next + 1 : group.begin;
    return item;
  }

  void run_block(const Item& item) {
    if (executor_.only_frames_.empty()) executor_.run_item(item, 0);
    else executor_.run_only_item();
  }

  /// Whole blocks of the loop, of which the first brings what all of them read near, unless they are long: in even
  /// rounds on one clock, in odd ones with one around each step.
  void sample(Group& group, std::size_t round) {
    const bool is_long = !group.blocks.empty() && group.blocks.back() > long_ns;
    const bool many = group.end - group.begin > 2;
    if (many && !(is_long && group.blocks.back() > 20 * long_ns)) executor_.run_item(next(group), 0);
    for (int i = 0; i < (many && !is_long ? 2 : 1); ++i) {
      const Item& item = next(group);
      if (item.rows != executor_.items_[group.begin].rows) continue;  // the short last one
      if (round % 2 == 0) {
        const int repeats = group.blocks.empty() || many ? 1 : repeats_of(group.blocks.back());
        group.blocks.push_back(time_of(repeats, [&] { run_block(item); }));
      } else {
        const Clock::time_point begin = Clock::now();
        one_.assign(executor_.steps_.size(), 0);
        run_item(item, 0, one_.data());
        for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) samples_[s].push_back(one_[s]);
        if (is_long) group.blocks.push_back(std::max(0.0, between(begin, Clock::now()) - clock_ns_));
      }
    }
  }

  /// Makes the steps of a block add up to what the block takes without clocks between them.
  void scale(Group& group, std::vector<double>& step_ns) const {
    const double block = median(group.blocks);
    const Item& item = executor_.items_[group.begin];
    double sum = 0;
    for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) sum += step_ns[s];
    for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) {
      step_ns[s] = sum > 0 ? step_ns[s] * block / sum : block / static_cast<double>(item.steps);
    }
  }

  Executor& executor_;
  double clock_ns_;
  std::vector<std::vector<double>> step_ns_;  // by thread
  std::vector<double> region_ns_, one_;
  std::vector<std::vector<double>> samples_;  // by step
};

Profile profile(Executor& executor, double seconds) { return ExecutorClock(executor).profile(seconds); }
std::vector<double> time_blocks(Executor& executor, double seconds) {
  return ExecutorClock(executor).time_blocks(seconds);
}

}  // namespace gradus
