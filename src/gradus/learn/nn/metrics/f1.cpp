#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"precision", "precision", Unit::share, "share of the rows predicted as a class that are of it"},
    {"recall", "recall", Unit::share, "share of the rows of a class that are predicted as it"},
    {"f1", "F1", Unit::share, "the harmonic mean of both"},
};

class F1 : public Sums {
 public:
  explicit F1(const Subject& subject) : counts_(subject) {}
  void add(const Rows& rows) override { counts_.add(rows); }
  Results finish() override {
    double precision = 0, recall = 0, f1 = 0;
    std::int64_t classes = 0;
    for (std::int64_t c = 0; c < counts_.classes; ++c) {
      const std::int64_t found = counts_.at(c, c), rows = counts_.rows_of(c), predicted = counts_.predicted_as(c);
      if (rows == 0 && predicted == 0) continue;
      precision += quotient(found, predicted);
      recall += quotient(found, rows);
      f1 += quotient(2 * found, rows + predicted);
      ++classes;
    }
    Results out;
    const double sums[] = {precision, recall, f1};
    for (std::size_t i = 0; i < std::size(sums); ++i) {
      out.push_back(classes > 0 ? result(results[i], sums[i] / static_cast<double>(classes))
                                : result(results[i], std::nullopt, "no rows of a class"));
    }
    return out;
  }

 private:
  Counts counts_;
};

}  // namespace

extern const MetricKind f1_kind{
    {"f1",
     "precision, recall and their harmonic mean, each the mean over the classes that rows have or are predicted as "
     "(sklearn.metrics.f1_score, average macro)"},
    Compares::classes,
    results,
    begin<F1>};

}  // namespace gradus::metric
