#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"
#include "gradus/learn/nn/metrics/student.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {{"error_quantile", "error quantile", Unit::target, "in units of the target"}};

constexpr Key keys[] = {{"q", KeyType::number, "0.9", "share of the errors that are no larger", kinds::up_to_one}};

class ErrorQuantile : public Sums {
 public:
  ErrorQuantile(double q, Intervals intervals) : q_(q), wanted_(intervals == Intervals::all) {}
  void add(const Rows& rows) override {
    for (std::int64_t i = 0; i < rows.target.count(); ++i) {
      sizes_.push_back(std::fabs(rows.prediction.number(i) - rows.target.number(i)));
      finite_ = finite_ && !std::isnan(sizes_.back());
    }
  }
  Results finish() override {
    if (sizes_.empty()) return {result(results[0], std::nullopt, "no rows")};
    if (!finite_) return {result(results[0], std::nullopt, "predictions that are not finite")};
    const double place = q_ * static_cast<double>(sizes_.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto at = sizes_.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(sizes_.begin(), at, sizes_.end());
    const double low = *at, share = place - static_cast<double>(below);
    const double high = share > 0 ? *std::min_element(at + 1, sizes_.end()) : low;
    Result out = result(results[0], share > 0 ? low + share * (high - low) : low);
    if (wanted_) out.interval = interval();
    return {out};
  }

 private:
  /// Between two of the sizes, by how many lie below the quantile: a binomial number, whatever they are. None where the
  /// largest size is no upper end.
  std::optional<Interval> interval() {
    const std::int64_t rows = std::ssize(sizes_);
    const std::int64_t low = binomial_quantile(rows, q_, 0.025), high = binomial_quantile(rows, q_, 0.975);
    if (high >= rows) return std::nullopt;
    const auto size_at = [&](std::int64_t place) {
      const auto at = sizes_.begin() + place;
      std::nth_element(sizes_.begin(), at, sizes_.end());
      return *at;
    };
    return Interval{low == 0 ? 0 : size_at(low - 1), size_at(high)};
  }

  double q_;
  bool wanted_;
  std::vector<double> sizes_;
  bool finite_ = true;
};

}  // namespace

extern const MetricKind error_quantile_kind{
    {"error_quantile",
     "the size that a share q of the errors does not exceed, between two sizes linear (numpy.quantile of |y - t|)",
     keys},
    Compares::numbers,
    results,
    [](const Keys& of, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<ErrorQuantile>(of.number("q"), subject.intervals);
    }};

}  // namespace gradus::metric
