#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

/// All differences at once: columns that the schema uses and are missing are refused, extra ones noted.
void match_columns(const Schema& schema, const Table& table, bool target_needed, Notes& notes) {
  std::vector<std::string> wanted, known = schema.ignored;
  for (const ColumnEncoding& column : schema.columns) (column.used() ? wanted : known).push_back(column.name);
  (target_needed ? wanted : known).push_back(schema.target.name);
  std::string missing, extra;
  for (const std::string& name : wanted) {
    if (!table.find(name)) missing += (missing.empty() ? "" : ", ") + named(name);
  }
  for (const Column& column : table.columns) {
    const auto is = [&](const std::string& name) { return name == column.name; };
    if (std::any_of(wanted.begin(), wanted.end(), is) || std::any_of(known.begin(), known.end(), is)) continue;
    extra += (extra.empty() ? "" : ", ") + named(column.name);
  }
  if (!missing.empty()) {
    throw UserError(Fault::data, Report{printable(table.source) + ":1",
                                        "no column " + missing +
                                            (extra.empty() ? "" : ", but " + extra + ", which the model does not know"),
                                        "the columns of the training file (in any order)", "rename or add them"});
  }
  if (!extra.empty()) notes.push_back({false, printable(table.source) + ": not used: " + extra});
}

/// The number that the texts of a schema have; -1 for others.
class TextNumbers {
 public:
  TextNumbers(const std::vector<std::string>& texts, ReadAs read) : read_(read) {
    for (const std::string& text : texts) known_.emplace(text, static_cast<std::int64_t>(known_.size()));
  }
  std::int64_t of(const std::string& text) const {
    if (const auto found = known_.find(text); found != known_.end()) return found->second;
    if (read_ != ReadAs::looks) return -1;
    const ParsedNumber number = parse_number(text);  // a model that took 01 and 1 for the same
    return number.kind == NumberText::number ? of(number.value) : -1;
  }
  std::int64_t of(double number) const {
    const auto found = known_.find(number_text(number + 0.0));  // -0 is 0
    return found == known_.end() ? -1 : found->second;
  }

 private:
  std::unordered_map<std::string, std::int64_t> known_;
  ReadAs read_;
};

/// For each row the number of its cell's text in `texts`; -1 when it is not among them.
std::vector<std::int64_t> category_numbers(const Table& table, const Column& column,
                                           const std::vector<std::string>& texts, ReadAs read) {
  require_read(table, column, read != ReadAs::looks);
  if (!column.numeric && column.text.overflowed) {
    throw UserError(Fault::data, Report{describe(table, column), "more than 100000 different texts",
                                        "those of the training rows", "the file in parts"});
  }
  const TextNumbers numbers(texts, read);
  std::vector<std::int64_t> out(static_cast<std::size_t>(table.rows), -1);
  if (column.numeric) {
    for (std::size_t row = 0; row < out.size(); ++row) out[row] = numbers.of(column.numbers[row]);
    return out;
  }
  std::vector<std::int64_t> by_index;
  for (const std::string& text : column.text.distinct) by_index.push_back(numbers.of(text));
  for (std::size_t row = 0; row < out.size(); ++row)
    out[row] = by_index[static_cast<std::size_t>(column.text.index[row])];
  return out;
}

/// The number in `row` as the network gets it. Throws UserError for one so far away that T cannot hold it.
template <class T> T scaled(const Table& table, const Column& column, std::size_t row, const Scaling& scaling) {
  const auto out = static_cast<T>(scaling.encode(column.numbers[row]));
  if (std::isfinite(out)) return out;
  throw UserError(
      Fault::data,
      Report{describe(table, column) + ", line " + std::to_string(table.line_of(static_cast<std::int64_t>(row))),
             number_text(column.numbers[row]),
             "a number near the training range " + number_text(scaling.minimum) + " to " + number_text(scaling.maximum),
             "correct it, or take the row out"});
}

/// Writes the features of one column into `out`, row-major with `width` numbers a row, from column `first`.
struct FeatureWriter {
  const Table& table;
  View out;
  std::size_t width;
  Notes& notes;

  template <class T> void put_numbers(const Column& column, const Scaling& scaling, std::size_t first) const {
    const auto to = out.as<T>();
    for (std::size_t row = 0; row < column.numbers.size(); ++row) {
      to[row * width + first] = scaled<T>(table, column, row, scaling);
    }
  }

  void note_range(const Column& column, const Scaling& scaling) const {
    const double spread = scaling.maximum - scaling.minimum;
    std::size_t outside = 0, first = 0;
    bool far = false;
    for (std::size_t row = 0; row < column.numbers.size(); ++row) {
      const double x = column.numbers[row];
      if (x >= scaling.minimum && x <= scaling.maximum) continue;
      if (outside++ == 0) first = row;
      far = far || x < scaling.minimum - spread || x > scaling.maximum + spread;
    }
    if (outside == 0) return;
    notes.push_back({far, describe(table, column) + ": " + std::to_string(outside) + " of " +
                              std::to_string(table.rows) + " numbers outside the training range " +
                              number_text(scaling.minimum) + " to " + number_text(scaling.maximum) +
                              ", the first in line " + std::to_string(table.line_of(static_cast<std::int64_t>(first))) +
                              ": " + number_text(column.numbers[first])});
  }

  template <class T>
  void put_categories(const Column& column, const ColumnEncoding& encoding, std::size_t first) const {
    const auto to = out.as<T>();
    const auto numbers = category_numbers(table, column, encoding.categories, encoding.read);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      if (numbers[row] >= 0) to[row * width + first + static_cast<std::size_t>(numbers[row])] = T{1};
    }
    const auto unseen = std::count(numbers.begin(), numbers.end(), -1);
    if (unseen == 0) return;
    const std::int64_t row = std::find(numbers.begin(), numbers.end(), -1) - numbers.begin();
    notes.push_back({true, describe(table, column) + ": " + std::to_string(unseen) + " of " +
                               std::to_string(table.rows) + " categories were not in the training rows, the first " +
                               named(cell_text(column, row)) + " in line " + std::to_string(table.line_of(row)) +
                               "; they count as none of the known ones"});
  }
};

Tensor encode_features(const Schema& schema, const Table& table, DType dtype, Notes& notes) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 36;
  const auto count = checked_multiply(table.rows, schema.feature_count());
  if (!count || *count > most_bytes / static_cast<std::int64_t>(size_of(dtype))) {
    throw UserError(
        Fault::budget,
        Report{printable(table.source),
               std::to_string(table.rows) + " rows of " + std::to_string(schema.feature_count()) + " features",
               "at most 64 GiB of numbers", "fewer rows, or ignore columns with many categories"});
  }
  Tensor out(dtype, {table.rows, schema.feature_count()});
  FeatureWriter writer{table, out.view(), static_cast<std::size_t>(schema.feature_count()), notes};
  std::size_t first = 0;
  for (const ColumnEncoding& encoding : schema.columns) {
    if (encoding.used()) {
      const Column& column = *table.find(encoding.name);
      require_read(table, column, false);
      require_complete(table, column, Use::prediction);
      visit_floating(dtype, [&]<class T>(std::type_identity<T>) {
        if (!encoding.numeric()) return writer.put_categories<T>(column, encoding, first);
        require_numeric(table, column);
        writer.put_numbers<T>(column, encoding.scaling, first);
        writer.note_range(column, encoding.scaling);
      });
    }
    first += static_cast<std::size_t>(encoding.feature_count());
  }
  return out;
}

[[noreturn]] void refuse_class(const TargetEncoding& target, const Table& table, const Column& column,
                               std::int64_t row) {
  const std::string text = cell_text(column, row);
  const std::string close = nearest(text, target.classes);
  throw UserError(Fault::data, Report{printable(table.source) + ":" + std::to_string(table.line_of(row)),
                                      "class " + named(text) + " in column " + named(column.name),
                                      "one of the " + std::to_string(target.classes.size()) + " classes of the model",
                                      close.empty() ? "a row of one of those" : "did you mean " + named(close) + "?"});
}

/// `names`: the classes of the schema, to which unknown ones are appended where they are wanted.
Tensor encode_classes(const TargetEncoding& target, const Table& table, const Column& column, WantTarget want,
                      std::vector<std::string>& names) {
  auto numbers = category_numbers(table, column, target.classes, target.read);
  std::unordered_map<std::string, std::int64_t> others;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= 0) continue;
    const auto row = static_cast<std::int64_t>(i);
    if (want == WantTarget::known) refuse_class(target, table, column, row);
    const auto [found, is_new] = others.emplace(cell_text(column, row), std::ssize(names));
    if (is_new) names.push_back(found->first);
    numbers[i] = found->second;
  }
  Tensor out(DType::i64, {table.rows});
  std::copy(numbers.begin(), numbers.end(), out.as<std::int64_t>().begin());
  return out;
}

/// Numbers in f64 whatever the network computes in, so that errors are those of the file.
Tensor encode_target(const TargetEncoding& target, const Table& table, WantTarget want,
                     std::vector<std::string>& names) {
  const Column& column = *table.find(target.name);
  require_read(table, column, false);
  require_complete(table, column, Use::prediction);
  if (target.task == Task::classification) return encode_classes(target, table, column, want, names);
  require_numeric(table, column);
  Tensor out(DType::f64, {table.rows, 1});
  const auto to = out.as<double>();
  for (std::size_t row = 0; row < to.size(); ++row) to[row] = scaled<double>(table, column, row, target.scaling);
  return out;
}

}  // namespace

Encoded encode(const Schema& schema, const Table& table, DType dtype, WantTarget target) {
  if (!schema.is_table()) {
    throw UserError(Fault::data, Report{printable(table.source), "a table",
                                        "images " + to_string(schema.image) + ", as the model was trained on",
                                        "a folder or file of such images"});
  }
  Encoded out;
  out.dataset.has_targets = target != WantTarget::no;
  match_columns(schema, table, out.dataset.has_targets, out.notes);
  out.dataset.source = table.source;
  out.dataset.task = schema.target.task;
  out.dataset.class_names = schema.target.classes;
  out.dataset.feature_names = schema.feature_names();
  out.dataset.features = encode_features(schema, table, dtype, out.notes);
  if (out.dataset.has_targets)
    out.dataset.targets = encode_target(schema.target, table, target, out.dataset.class_names);
  return out;
}

}  // namespace gradus::data
