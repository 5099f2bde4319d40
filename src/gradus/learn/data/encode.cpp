#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/column_checks.hpp"
#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/encode_notes.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

/// All differences at once: columns that the schema uses and are missing are refused, extra ones noted.
void match_columns(const Schema& schema, const Table& table, bool target_needed, Notes& notes) {
  std::vector<std::string> wanted, known = schema.ignored;
  for (const ColumnEncoding& column : schema.columns) (column.used() ? wanted : known).push_back(column.name);
  for (const TargetEncoding& target : schema.targets()) (target_needed ? wanted : known).push_back(target.name);
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

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// For each row the number of its cell's text in `texts`; -1 when it is not among them, NaN when it is missing.
std::vector<double> category_numbers(const Table& table, const Column& column, const std::vector<std::string>& texts,
                                     ReadAs read) {
  require_read(table, column, read != ReadAs::looks);
  require_few_texts(table, column);
  const TextNumbers numbers(texts, read);
  std::vector<double> out(static_cast<std::size_t>(table.rows), missing);
  if (column.numeric) {
    for (std::size_t row = 0; row < out.size(); ++row) {
      const double x = column.numbers[row];
      if (!std::isnan(x)) out[row] = static_cast<double>(numbers.of(x));
    }
    return out;
  }
  std::vector<double> by_index;
  for (const std::string& text : column.text.distinct) by_index.push_back(static_cast<double>(numbers.of(text)));
  for (std::size_t row = 0; row < out.size(); ++row) {
    if (const auto index = column.text.index[row]; index >= 0) out[row] = by_index[static_cast<std::size_t>(index)];
  }
  return out;
}

/// Writes the features of one column into `out`, row-major with `width` numbers a row, from column `first`.
struct FeatureWriter {
  const Table& table;
  View out;
  std::size_t width;
  ColumnNotes& notes;

  /// Counts a cell.
  void add(Finding& finding, std::size_t row, const std::function<std::string()>& text) const {
    if (finding.count++ > 0) return;
    finding.first.line = table.line_of(static_cast<std::int64_t>(row));
    finding.text = text();
  }

  static void add(Finding& finding, const Finding& more) {
    const auto before = finding.count;
    if (before == 0) finding = more;
    else finding.count += more.count;
  }

  template <class T> void put(const ColumnEncoding& encoding, std::span<const double> cells, std::size_t first) {
    constexpr std::size_t numbers_a_block = 1 << 14;
    const auto to = out.as<T>();
    const auto features = static_cast<std::size_t>(encoding.width());
    const std::size_t rows_a_block = std::max<std::size_t>(1, numbers_a_block / std::max<std::size_t>(features, 1));
    std::vector<double> filler(features);
    const double none = -1;
    if (!is_category_of_its_own(encoding)) encoding.encode({&encoding.gaps.fill, 1}, filler);
    else if (encoding.kind().codes) encoding.encode({&none, 1}, filler);
    std::vector<double> block, known;
    for (std::size_t begin = 0; begin < cells.size(); begin += rows_a_block) {
      const auto part = cells.subspan(begin, std::min(rows_a_block, cells.size() - begin));
      known.assign(part.begin(), part.end());
      std::replace_if(
          known.begin(), known.end(), [](double x) { return !std::isfinite(x); }, encoding.gaps.fill);
      block.assign(part.size() * features, 0);
      encoding.encode(known, block);
      for (std::size_t i = 0; i < part.size(); ++i) {
        const std::span<double> encoded = std::span(block).subspan(i * features, features);
        const bool absent = !std::isfinite(part[i]);
        const bool too_far = !absent && std::any_of(encoded.begin(), encoded.end(),
                                                    [](double x) { return !std::isfinite(static_cast<T>(x)); });
        if (absent) ++notes.filled;
        if (too_far) add(notes.far, begin + i, [&] { return number_text(part[i]); });
        if (absent || too_far) std::copy(filler.begin(), filler.end(), encoded.begin());
        T* const row = to.data() + (begin + i) * width + first;
        for (std::size_t k = 0; k < features; ++k) row[k] = static_cast<T>(encoded[k]);
        if (encoding.marks_gaps() && (absent || too_far)) row[features] = T{1};
      }
    }
  }

  void note_range(const ColumnEncoding& encoding, std::span<const double> cells) {
    const Scaling& scaling = encoding.scaling;
    const double spread = scaling.maximum - scaling.minimum;
    const bool dates = encoding.kind().cells == Cells::dates;
    for (std::size_t row = 0; row < cells.size(); ++row) {
      const double x = cells[row];
      if (!std::isfinite(x) || (x >= scaling.minimum && x <= scaling.maximum)) continue;
      add(notes.outside, row, [&] { return dates ? date_text(x) : number_text(x); });
      notes.far_outside = notes.far_outside || x < scaling.minimum - spread || x > scaling.maximum + spread;
    }
  }

  /// Cells that are neither missing nor what the column has.
  void note_strange(const Column& column, std::span<const double> cells) {
    if (column.numeric) add(notes.strange, column.facts.not_number);
    for (std::size_t row = 0; !column.numeric && row < cells.size(); ++row) {
      if (column.text.index[row] < 0 || !std::isnan(cells[row])) continue;
      add(notes.strange, row, [&] { return cell_text(column, static_cast<std::int64_t>(row)); });
    }
    add(notes.infinite, column.facts.infinite);
    add(notes.too_large, column.facts.too_large);
  }

  void put_column(const ColumnEncoding& encoding, std::size_t first) {
    const Column& column = *table.find(encoding.name);
    require_read(table, column, false);
    std::vector<double> own;
    std::span<const double> cells;
    if (!encoding.numeric()) {
      own = category_numbers(table, column, encoding.categories, encoding.read);
      cells = own;
      for (std::size_t row = 0; !encoding.other && row < own.size(); ++row) {
        if (own[row] == -1) add(notes.unseen, row, [&] { return cell_text(column, static_cast<std::int64_t>(row)); });
      }
    } else {
      require_few_texts(table, column);
      cells = cell_numbers(column, encoding.rule, own);
      note_strange(column, cells);
      note_range(encoding, cells);
    }
    visit_floating(out.type().dtype, [&]<class T>(std::type_identity<T>) { put<T>(encoding, cells, first); });
  }
};

/// Of the columns of `input`; "": of the features.
Tensor encode_features(const Schema& schema, const std::string& input, const Table& table, DType dtype,
                       std::vector<ColumnNotes>& notes) {
  constexpr std::int64_t most_bytes = std::int64_t{1} << 36;
  const std::int64_t width = schema.feature_count(input);
  const auto count = checked_multiply(table.rows, width);
  if (!count || *count > most_bytes / static_cast<std::int64_t>(size_of(dtype))) {
    throw UserError(
        Fault::budget,
        Report{printable(table.source), std::to_string(table.rows) + " rows of " + std::to_string(width) + " features",
               "at most 64 GiB of numbers", "fewer rows, or ignore columns with many categories"});
  }
  Tensor out(dtype, {table.rows, width});
  notes.resize(schema.columns.size());
  std::size_t first = 0;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnEncoding& encoding = schema.columns[i];
    if (encoding.input != input) continue;
    if (encoding.used()) {
      if (notes[i].place.empty()) notes[i].place = describe(table, *table.find(encoding.name));
      FeatureWriter writer{table, out.view(), static_cast<std::size_t>(width), notes[i]};
      writer.put_column(encoding, first);
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

[[noreturn]] void refuse_number(const TargetEncoding& target, const Table& table, const Column& column,
                                std::int64_t row) {
  const Scaling& range = target.scaling;
  const std::string expected = target.linear() ? "a number near the training range " + number_text(range.minimum) +
                                                     " to " + number_text(range.maximum)
                                               : "a number that " + kinds::print(target.recipe) + " can encode";
  throw UserError(Fault::data, Report{describe(table, column) + ", line " + std::to_string(table.line_of(row)),
                                      named(cell_text(column, row)), expected, "correct it, or take the row out"});
}

/// `names`: the classes of the schema, to which unknown ones are appended where they are wanted.
Tensor encode_classes(const TargetEncoding& target, const Table& table, const Column& column, WantTarget want,
                      std::vector<std::string>& names) {
  const auto numbers = category_numbers(table, column, target.classes, target.read);
  std::unordered_map<std::string, std::int64_t> others;
  Tensor out(DType::i64, {table.rows});
  const auto to = out.as<std::int64_t>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    to[i] = static_cast<std::int64_t>(numbers[i]);
    if (to[i] >= 0) continue;
    const auto row = static_cast<std::int64_t>(i);
    if (want == WantTarget::known) refuse_class(target, table, column, row);
    const auto [found, is_new] = others.emplace(cell_text(column, row), std::ssize(names));
    if (is_new) names.push_back(found->first);
    to[i] = found->second;
  }
  return out;
}

/// Numbers in f64 whatever the network computes in, so that errors are those of the file.
Tensor encode_target(const TargetEncoding& target, const Table& table, WantTarget want,
                     std::vector<std::string>& names) {
  const Column& column = *table.find(target.name);
  require_read(table, column, false);
  require_complete(table, column, Use::prediction);
  if (target.task == Task::classification) return encode_classes(target, table, column, want, names);
  std::vector<double> own;
  const auto cells = cell_numbers(column, target.rule, own);
  if (target.rule.form == CellRule::Form::number) require_numeric(table, column);
  Tensor out(DType::f64, {table.rows, 1});
  const auto to = out.as<double>();
  target.encode(cells, to);
  for (std::size_t row = 0; row < to.size(); ++row) {
    if (!std::isfinite(to[row])) refuse_number(target, table, column, static_cast<std::int64_t>(row));
  }
  return out;
}

}  // namespace

struct PartEncoder::State {
  const Schema& schema;
  DType dtype;
  WantTarget target;
  std::string source = {};
  bool any = false;
  std::int64_t rows = 0;
  Notes matching = {};
  std::vector<ColumnNotes> columns = {};
};

PartEncoder::PartEncoder(const Schema& schema, DType dtype, WantTarget target)
    : state_(std::make_unique<State>(State{schema, dtype, target})) {}
PartEncoder::PartEncoder(PartEncoder&&) noexcept = default;
PartEncoder::~PartEncoder() = default;

Dataset PartEncoder::encode(const Table& part) {
  State& s = *state_;
  const Schema& schema = s.schema;
  if (!schema.is_table()) {
    throw UserError(Fault::data, Report{printable(part.source), "a table",
                                        "images " + to_string(schema.image) + ", as the model was trained on",
                                        "a folder or file of such images"});
  }
  Dataset out;
  out.has_targets = s.target != WantTarget::no;
  if (!s.any) match_columns(schema, part, out.has_targets, s.matching);
  s.any = true;
  s.source = printable(part.source);
  s.rows += part.rows;
  out.source = part.source;
  out.feature_names = schema.feature_names();
  out.features = encode_features(schema, "", part, s.dtype, s.columns);
  for (const std::string& input : schema.inputs()) {
    const bool codes = schema.is_codes(input);
    Tensor values = encode_features(schema, input, part, codes ? DType::f64 : s.dtype, s.columns);
    if (codes) values = values.cast(DType::i64);
    out.inputs.push_back({input, std::move(values), 1, schema.feature_names(input)});
  }
  if (schema.several.empty()) {
    out.task = schema.target.task;
    out.class_names = schema.target.classes;
    if (out.has_targets) out.targets = encode_target(schema.target, part, s.target, out.class_names);
    return out;
  }
  for (const TargetEncoding& one : schema.several) {
    Target& to = out.several.emplace_back(Target{one.name, one.task, Tensor(), one.classes});
    if (out.has_targets) to.values = encode_target(one, part, s.target, to.class_names);
  }
  return out;
}

Notes PartEncoder::notes() const {
  const State& s = *state_;
  Notes out = s.matching;
  NoteWriter writer(s.source, s.rows, out);
  for (std::size_t i = 0; i < s.columns.size(); ++i) writer.add(s.schema.columns[i], s.columns[i]);
  writer.finish();
  return out;
}

Encoded encode(const Schema& schema, const Table& table, DType dtype, WantTarget target) {
  PartEncoder encoder(schema, dtype, target);
  Dataset dataset = encoder.encode(table);
  return {std::move(dataset), encoder.notes()};
}

}  // namespace gradus::data
