// Areas under curves over all thresholds of a probability.
#include <algorithm>
#include <cstdint>
#include <limits>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec roc_results[] = {{"roc_area", "ROC area", Unit::score, "0.5: no better than chance; 1: perfect"}};
constexpr ResultSpec pr_results[] = {
    {"pr_area", "PR area", Unit::score, "the share of the class: no better than chance; 1: perfect"}};

/// A probability, and whether the row is of the class.
struct Scored {
  double score;
  std::uint32_t row;  // by its place; only looked at where intervals are wanted
  bool positive;
};

/// The rows of one score together, from the greatest score on.
struct Threshold {
  double positives = 0, negatives = 0;
};

std::vector<Threshold> steps_of(std::vector<Scored>& rows) {
  std::sort(rows.begin(), rows.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  std::vector<Threshold> steps;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].score != rows[i - 1].score) steps.emplace_back();
    (rows[i].positive ? steps.back().positives : steps.back().negatives) += 1;
  }
  return steps;
}

/// Share of the pairs (of the class, not of it) whose first has the greater score; equal scores count a half.
double roc_area(const std::vector<Threshold>& steps, double positives, double negatives) {
  double before = 0, sum = 0;  // positives with a greater score
  for (const Threshold& step : steps) {
    sum += step.negatives * (before + 0.5 * step.positives);
    before += step.positives;
  }
  return sum / (positives * negatives);
}

/// Sum over the thresholds of precision times what recall grows by.
double average_precision(const std::vector<Threshold>& steps, double positives, double) {
  double found = 0, taken = 0, sum = 0;
  for (const Threshold& step : steps) {
    found += step.positives;
    taken += step.positives + step.negatives;
    sum += step.positives * (found / taken);
  }
  return sum / positives;
}

/// A class: its area, how many rows are of it and how many are not, its rows by falling score.
struct ClassArea {
  double area = 0, positives = 0, negatives = 0;
  std::span<const Scored> rows;
  std::span<const Threshold> steps;
};

/// Adds to each row its share of the pairs of the area that it wins, by DeLong, DeLong and Clarke-Pearson (1988).
void add_shares(const ClassArea& of, std::vector<double>& shares) {
  double before = 0, below = of.negatives;
  std::size_t next = 0;
  for (const Threshold& step : of.steps) {
    below -= step.negatives;
    for (const auto end = next + static_cast<std::size_t>(step.positives + step.negatives); next < end; ++next) {
      const double won = of.rows[next].positive ? below + 0.5 * step.negatives : before + 0.5 * step.positives;
      shares[of.rows[next].row] += won / (of.positives * of.negatives);
    }
    before += step.positives;
  }
}

/// The variance of the sum of the shares where it is known how many rows each class has; of two classes DeLong's.
/// Nothing where a class has a single row.
std::optional<double> variance_of(const std::vector<double>& shares, std::span<const std::int64_t> classes,
                                  std::size_t count) {
  struct Sum {
    double rows = 0, mean = 0, squares = 0;
  };
  std::vector<Sum> sums(count);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    Sum& sum = sums[static_cast<std::size_t>(classes[i])];
    const double before = shares[i] - sum.mean;
    sum.mean += before / ++sum.rows;
    sum.squares += before * (shares[i] - sum.mean);
  }
  double out = 0;
  for (const Sum& sum : sums) {
    if (sum.rows == 1) return std::nullopt;
    if (sum.rows > 1) out += sum.squares * sum.rows / (sum.rows - 1);
  }
  return out;
}

constexpr double normal = 1.959963984540054;  // 97.5 % of the normal distribution

std::optional<Interval> roc_interval(double mean, std::span<const ClassArea> areas,
                                     std::span<const std::int64_t> classes, std::size_t count) {
  std::vector<double> shares(classes.size());
  double least = static_cast<double>(classes.size());
  for (const ClassArea& one : areas) {
    add_shares(one, shares);
    least = std::min({least, one.positives, one.negatives});
  }
  const auto variance = variance_of(shares, classes, count);
  if (!variance) return std::nullopt;
  if (mean == 1) return interval_of_perfect(least);
  if (mean == 0) {
    const Interval mirrored = interval_of_perfect(least);
    return Interval{1 - mirrored.high, 1 - mirrored.low};
  }
  if (*variance <= 0) return std::nullopt;  // all scores are equal
  const double reach = normal * std::sqrt(*variance) / static_cast<double>(areas.size());
  return cut({mean - reach, mean + reach}, 1);
}

/// Wilson's interval of a share of `rows`, which need not be whole numbers.
Interval wilson_of(double share, double rows) {
  const double square = normal * normal, middle = (share + square / (2 * rows)) / (1 + square / rows);
  const double reach =
      normal * std::sqrt(share * (1 - share) / rows + square / (4 * rows * rows)) / (1 + square / rows);
  return {std::max(0.0, middle - reach), std::min(1.0, middle + reach)};
}

/// On the scale of the logit, each class's area with the variance of a share of its rows (Boyd, Eng and Page 2013);
/// Wilson's of such a share where less than five rows are beyond it, since the logit has no end there.
std::optional<Interval> pr_interval(double mean, std::span<const ClassArea> areas, std::span<const std::int64_t>,
                                    std::size_t) {
  double variance = 0, least = std::numeric_limits<double>::infinity();
  for (const ClassArea& one : areas) {
    variance += one.area * (1 - one.area) / one.positives;
    least = std::min(least, one.positives);
  }
  if (mean >= 1 || variance <= 0) return interval_of_perfect(least);
  const auto count = static_cast<double>(areas.size());
  const double rows = mean * (1 - mean) * count * count / variance;
  constexpr double few = 5;
  if (rows * std::min(mean, 1 - mean) < few) return wilson_of(mean, rows);
  const double logit = std::log(mean / (1 - mean));
  const double reach = normal * std::sqrt(variance) / count / (mean * (1 - mean));
  return Interval{1 / (1 + std::exp(reach - logit)), 1 / (1 + std::exp(-reach - logit))};
}

/// How an area and its interval are computed.
struct Area {
  double (*of)(const std::vector<Threshold>& steps, double positives, double negatives);
  std::optional<Interval> (*interval)(double mean, std::span<const ClassArea> areas,
                                      std::span<const std::int64_t> classes, std::size_t count);
};

/// One class against the others, the mean over the classes; of two classes the second.
class Areas : public Sums {
 public:
  Areas(const Subject& subject, const ResultSpec& spec, Area area)
      : spec_(spec),
        area_(area),
        first_(subject.classes.size() == 2 ? 1 : 0),
        of_(subject.classes.size()),
        wanted_(subject.intervals == Intervals::all) {}

  void add(const Rows& rows) override {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      if (targets[i] < 0) continue;
      finite_ = finite_ && nn::class_of(rows.prediction, row) >= 0;
      for (std::size_t c = first_; c < of_.size(); ++c) {
        const auto number = static_cast<std::int64_t>(c);
        of_[c].push_back(
            {probability(rows, row, number), static_cast<std::uint32_t>(classes_.size()), targets[i] == number});
      }
      if (wanted_) classes_.push_back(targets[i]);
    }
  }

  Results finish() override {
    if (!finite_) return {result(spec_, std::nullopt, "predictions that are not finite")};
    double sum = 0;
    std::vector<ClassArea> areas;
    std::vector<std::vector<Threshold>> steps(of_.size());
    for (std::size_t c = first_; c < of_.size(); ++c) {
      const auto positives = std::count_if(of_[c].begin(), of_[c].end(), [](const Scored& s) { return s.positive; });
      const auto negatives = std::ssize(of_[c]) - positives;
      if (positives == 0 || negatives == 0) continue;
      steps[c] = steps_of(of_[c]);
      ClassArea one{0, static_cast<double>(positives), static_cast<double>(negatives), of_[c], steps[c]};
      sum += one.area = area_.of(steps[c], one.positives, one.negatives);
      areas.push_back(one);
      if (!wanted_) steps[c] = {}, of_[c] = {};
    }
    if (areas.empty()) return {result(spec_, std::nullopt, "rows of one class")};
    Result out = result(spec_, sum / static_cast<double>(areas.size()));
    if (wanted_) out.interval = area_.interval(*out.number, areas, classes_, of_.size());
    return {out};
  }

 private:
  const ResultSpec& spec_;
  Area area_;
  std::size_t first_;
  std::vector<std::vector<Scored>> of_;  // by class
  bool wanted_;
  std::vector<std::int64_t> classes_ = {};  // of each row, where intervals are wanted
  bool finite_ = true;
};

}  // namespace

extern const MetricKind roc_area_kind{
    {"roc_area",
     "area under the ROC curve: how often a row of a class is given a greater probability of it than a row of others; "
     "the mean over the classes that have rows (sklearn.metrics.roc_auc_score, one against the rest)"},
    Compares::classes,
    roc_results,
    [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<Areas>(subject, roc_results[0], Area{roc_area, roc_interval});
    }};

extern const MetricKind pr_area_kind{
    {"pr_area",
     "area under the curve of precision over recall, as a sum of steps; the mean over the classes that have rows "
     "(sklearn.metrics.average_precision_score)"},
    Compares::classes,
    pr_results,
    [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<Areas>(subject, pr_results[0], Area{average_precision, pr_interval});
    }};

}  // namespace gradus::metric
