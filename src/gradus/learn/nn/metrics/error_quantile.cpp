#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {{"error_quantile", "error quantile", Unit::target, "in units of the target"}};

constexpr Key keys[] = {{"q", KeyType::number, "0.9", "share of the errors that are no larger", kinds::up_to_one}};

class ErrorQuantile : public Sums {
 public:
  explicit ErrorQuantile(double q) : q_(q) {}
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
    return {result(results[0], share > 0 ? low + share * (high - low) : low)};
  }

 private:
  double q_;
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
    [](const Keys& of, const Subject&) -> std::unique_ptr<Sums> {
      return std::make_unique<ErrorQuantile>(of.number("q"));
    }};

}  // namespace gradus::metric
