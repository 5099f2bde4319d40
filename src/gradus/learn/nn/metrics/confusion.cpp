#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"confusion", "rows by class and by the class that was predicted", Unit::count, "counts"}};

class Confusion : public Sums {
 public:
  explicit Confusion(const Subject& subject) : names_(subject.classes), counts_(subject) {}
  void add(const Rows& rows) override { counts_.add(rows); }
  Results finish() override {
    Table table{names_, names_, {}};
    const bool unknown = counts_.rows_of(-1) > 0, none = counts_.predicted_as(-1) > 0;
    if (unknown) table.rows.emplace_back("(others)");
    if (none) table.columns.emplace_back("(none)");
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      const std::int64_t target = row < names_.size() ? static_cast<std::int64_t>(row) : -1;
      for (std::int64_t c = 0; c < counts_.classes; ++c) table.counts.push_back(counts_.at(target, c));
      if (none) table.counts.push_back(counts_.at(target, -1));
    }
    Result out = result(results[0], std::nullopt);
    out.table = std::move(table);
    return {out};
  }

 private:
  std::vector<std::string> names_;
  Counts counts_;
};

}  // namespace

extern const MetricKind confusion_kind{
    {"confusion", "how many rows of each class were predicted as which (sklearn.metrics.confusion_matrix)"},
    Compares::classes,
    results,
    begin<Confusion>};

}  // namespace gradus::metric
