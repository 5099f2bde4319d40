#include "gradus/learn/data/csv/table_pass.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/column_names.hpp"
#include "gradus/learn/data/csv/encoding.hpp"
#include "gradus/learn/data/csv/plain_rows.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

bool is_blank_line(const std::vector<Field>& fields) {
  return fields.size() == 1 && !fields[0].quoted && fields[0].text.empty();
}

bool are_empty(std::span<const Field> fields) {
  return std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.text.empty(); });
}

bool any_number(std::span<const std::string> texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [](const std::string& text) { return parse_number(text).kind != NumberText::none; });
}

}  // namespace

class TablePass {
 public:
  TablePass(TextWindows& text, const Assumptions& assumptions, const CsvOptions& options)
      : text_(text),
        assumed_(assumptions),
        options_(options),
        records_(printable(text.name()), assumptions.rules, options.limits),
        cells_{MissingMarks(assumptions.rules.missing), assumptions.rules.format, options.limits} {}

  Pass run() {
    more_ = begin();
    read_rows(std::numeric_limits<std::int64_t>::max());
    finish();
    return std::move(out_);
  }

  bool next_part(std::int64_t rows, Pass& part, std::vector<Unreadable>& unreadable) {
    if (readers_.empty()) more_ = begin();
    else forget_part();
    read_rows(rows);
    finish();
    unreadable = std::exchange(unreadable_, {});
    part.evidence = out_.evidence;
    part.table = out_.table;
    return more_;
  }

 private:
  /// The names and, as it may have one cell more and so change the columns, the first row. False at the end.
  bool begin() {
    text_.begin(assumed_.rules.encoding, assumed_.returns);
    skip_lines();
    take_window();
    return next() && begin_table() && (!assumed_.rules.header || (next() && read_row()));
  }

  void read_rows(std::int64_t most) {
    if (readers_.empty()) return;
    beginning_ = false;
    constexpr std::uint64_t most_bytes = std::uint64_t{4} << 20;  // of a part
    constexpr std::int64_t whole_blocks = 256;
    PlainRows plain(readers_, assumed_.rules, options_.limits);
    const std::int64_t& rows = out_.table.rows;
    const bool parts = most != std::numeric_limits<std::int64_t>::max();
    while (more_ && rows < most) {
      if (parts && part_bytes_ > most_bytes && rows > 0 && rows % whole_blocks == 0) return;
      while (rows < most && plain.useful() && !blank_ && plain.read_row(records_)) add_row(plain.line());
      if (rows < most) more_ = next() && read_row();
    }
  }

  void forget_part() {
    Evidence& evidence = out_.evidence;
    evidence.texts.clear(), evidence.other_forms.clear(), evidence.fractions.clear();
    Table& table = out_.table;
    table.rows = 0, table.lines.clear();
    for (Column& column : table.columns) {
      column.numbers.clear();
      column.text = {};
      column.facts = {};
    }
    cells_.distinct_in_all = 0;
    part_bytes_ = 0;
    make_readers();
  }

  /// Notes rows that cannot be read.
  void tell(std::int64_t count, const std::string& why) {
    if (out_.evidence.unreadable == 0) out_.evidence.first_unreadable = why;
    out_.evidence.unreadable += static_cast<std::uint64_t>(count);
    if (unreadable_.empty() || unreadable_.back().before != out_.table.rows)
      unreadable_.push_back({out_.table.rows, 0});
    unreadable_.back().count += count;
  }

  /// Empty lines with something behind them are rows.
  void tell_blanks() {
    if (!blank_ || !assumed_.tolerant) return;
    tell(blanks_, describe({*blank_, "an empty line", fields_text(out_.table.columns.size()), "take it out"}));
    blank_.reset();
    blanks_ = 0;
  }

  void skip_record(const std::string& why) {
    tell_blanks();
    tell(1, why);
    for (bool ended = records_.skip_line(); !ended; ended = records_.skip_rest()) take_more();
  }

  void take_more() {
    part_bytes_ += records_.offset();
    if (records_.offset() > 0) text_.advance(records_.offset());
    else text_.grow();
    take_window();
  }
  void skip_lines() {
    for (std::size_t i = 0; i < assumed_.skip; ++i) {
      std::size_t end;
      while ((end = text_.window().find('\n')) == std::string_view::npos && !text_.complete()) text_.grow();
      text_.advance(end == std::string_view::npos ? text_.window().size() : end + 1);
    }
    records_.skip_to(0, assumed_.skip);
  }

  void take_window() {
    records_.set_text(text_.window(), text_.complete());
    bad_byte_ = find_bad_byte(records_.text());
  }

  /// The next record as Records has it; of rows that cannot be read those behind them, where that is tolerated.
  Records::Next next_record() {
    constexpr std::size_t longest_row = std::size_t{16} << 20;
    while (true) {
      try {
        const Records::Next got = records_.next(fields_);
        if (got == Records::Next::more && records_.text().size() - records_.offset() > longest_row) {
          refuse(records_.name() + ":" + std::to_string(records_.line()),
                 "a row of more than " + std::to_string(longest_row) + " bytes", "shorter rows",
                 "a line end after every row");
        }
        return got;
      } catch (const UserError& error) {
        if (!assumed_.tolerant || readers_.empty()) throw;
        skip_record(error.what());
      }
    }
  }

  /// The next record that is no empty line, into fields_; false at the end.
  bool next() {
    while (true) {
      const Records::Next got = next_record();
      if (got == Records::Next::end) return false;
      if (got == Records::Next::more) {
        if (assumed_.keep && text_.total() > assumed_.kept_at_most) {
          out_.evidence.too_long = true;
          return false;
        }
        take_more();
        continue;
      }
      if (!is_blank_line(fields_)) return true;
      ++blanks_;
      if (!blank_) blank_ = records_.where(fields_[0]);
    }
  }

  bool begin_table() {
    Evidence& evidence = out_.evidence;
    if (blank_) refuse(*blank_, "an empty line", "the names of the columns", "take it out");
    evidence.comment = records_.comment();
    evidence.first_line = fields_[0].line;
    for (const Field& field : fields_) evidence.first.emplace_back(field.text);
    const bool header = assumed_.rules.header;
    if (!check_bytes()) return false;
    const Names names = name_columns(fields_, evidence.comment, assumed_.rules, options_);
    for (std::size_t i = 0; i < names.texts.size(); ++i) {
      Column& column = out_.table.columns.emplace_back();
      column.name = names.texts[i];
      column.unnamed = names.unnamed[i];
    }
    choose_reading();
    try {
      if (header) check_names(records_, fields_, out_.table.columns, options_);
    } catch (const UserError&) {  // unless it turns out to be a line of data
      if (!evidence.refused) evidence.refused = std::current_exception();
    }
    make_readers();
    return header || read_row();
  }

  /// How each column is read: as asked for, or as it looks; names of rows not at all.
  void choose_reading() {
    std::vector<Column>& columns = out_.table.columns;
    const std::size_t unnamed = columns[0].name.empty() ? 1 : 0;
    std::vector<std::string> names;
    for (std::size_t i = unnamed; i < columns.size(); ++i) names.push_back(columns[i].name);
    std::vector<ReadAs> reading(names.size(), ReadAs::looks);
    try {
      if (options_.read) reading = options_.read(names);
    } catch (const UserError&) {
      out_.evidence.refused = std::current_exception();
    }
    require(reading.size() == names.size(), "CsvOptions::read: not one answer a column");
    if (unnamed > 0) columns[0].read = ReadAs::nothing;
    for (std::size_t i = 0; i < names.size(); ++i) columns[i + unnamed].read = reading[i];
  }

  void make_readers() {
    readers_.clear();
    for (std::size_t i = 0; i < out_.table.columns.size(); ++i) {
      const bool texts = i < assumed_.texts.size() && assumed_.texts[i];
      readers_.emplace_back(out_.table.columns[i], cells_, texts, assumed_.keep);
    }
  }

  void add_row(std::uint64_t line) {
    Table& table = out_.table;
    if (table.rows == 0) table.first_line = line;
    const std::uint64_t regular = table.first_line + static_cast<std::uint64_t>(table.rows);
    if (assumed_.keep && (line != regular || !table.lines.empty())) {
      if (table.lines.empty()) {  // rows of several lines: from here on each has its number
        for (std::uint64_t earlier = table.first_line; earlier < regular; ++earlier) table.lines.push_back(earlier);
      }
      table.lines.push_back(line);
    }
    ++table.rows;
    any_row_ = true;
  }

  /// False where bytes are not of the encoding.
  bool read_row() {
    if (!assumed_.tolerant) return read_whole_row();
    tell_blanks();
    try {
      return read_whole_row();
    } catch (const UserError& error) {
      tell(1, error.what());
      return true;
    }
  }

  bool read_whole_row() {
    if (blank_)
      refuse(*blank_, "an empty line", fields_text(out_.table.columns.size()) + ", or the end of the table",
             "take it out");
    if (!check_size() || !check_bytes()) return false;
    add_row(fields_[0].line);
    for (std::size_t i = 0; i < readers_.size(); ++i) readers_[i].read(fields_[i], records_);
    return true;
  }

  /// Makes the row as long as the table is wide, where that may be.
  bool check_size() {
    std::vector<Column>& columns = out_.table.columns;
    Evidence& evidence = out_.evidence;
    if (fields_.size() > columns.size()) {
      if (are_empty(std::span(fields_).subspan(columns.size()))) {
        ++evidence.longer;
        fields_.resize(columns.size());
      } else if (fields_.size() == columns.size() + 1 && beginning_ && assumed_.row_names && assumed_.rules.header &&
                 !columns[0].name.empty() && !any_number(evidence.first)) {
        insert_names_of_rows();
      } else {
        refuse_size();
      }
    } else if (fields_.size() < columns.size()) {
      const bool all_named = fields_.size() >= columns.size() - 1 && columns.back().unnamed;
      if (!all_named && evidence.shorter++ == 0) {
        evidence.first_shorter = records_.where(fields_[0]);
        evidence.first_shorter_size = fields_.size();
      }
      Field empty{{}, false, records_.offset(), fields_[0].line_start, fields_[0].line};
      empty.offset = fields_.back().offset + fields_.back().text.size();
      fields_.resize(columns.size(), empty);
    } else if (fields_.back().text.empty() && !columns.back().unnamed) {
      ++evidence.empty_ends;
    }
    const bool repeats = assumed_.rules.header && std::equal(fields_.begin(), fields_.end(), columns.begin(),
                                                             [](const Field& field, const Column& column) {
                                                               return field.text == column.name || column.unnamed;
                                                             });
    if (repeats && std::any_of(columns.begin(), columns.end(), [](const Column& c) { return !c.unnamed; }))
      refuse(records_.where(fields_[0]), "the line of column names again", "a row of data", "take it out");
    return true;
  }

  [[noreturn]] void refuse_size() {
    const bool at_once = !any_row_;  // what stands above is probably none of the table
    refuse(records_.where(fields_[0]), fields_text(fields_.size()),
           fields_text(out_.table.columns.size()) + ", as in the first line",
           at_once ? "--skip " + std::to_string(fields_[0].line - 1) +
                         ", if the table begins here; else quotes around a field that holds the delimiter"
                   : "quotes around a field that holds the delimiter, or the line taken out");
  }

  /// R's write.table has no name for the column of row names.
  void insert_names_of_rows() {
    Column names;
    names.read = ReadAs::nothing;
    names.unnamed = true;
    out_.table.columns.insert(out_.table.columns.begin(), std::move(names));
    out_.evidence.names_of_rows = true;
    make_readers();
  }

  /// False when a cell that is read holds bytes that are not of the encoding; goes on behind those in others.
  bool check_bytes() {
    if (assumed_.tolerant && bad_byte_ < records_.offset()) {
      if (out_.evidence.bad_rows++ == 0)
        out_.evidence.first_bad_row = records_.name() + ":" + std::to_string(fields_[0].line);
      bad_byte_ = find_bad_byte(records_.text(), records_.offset());
      return true;
    }
    while (bad_byte_ < records_.offset()) {
      const auto after =
          std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.offset > bad_byte_; });
      const auto index = static_cast<std::size_t>(after - fields_.begin());
      const std::vector<Column>& columns = out_.table.columns;
      if (index == 0 || index > columns.size() || columns[index - 1].read != ReadAs::nothing) {
        if (records_.text()[bad_byte_] == '\0' || assumed_.strict)
          refuse_byte(records_.text(), bad_byte_, records_.name(), records_.place_of(0).line);
        out_.evidence.bad_bytes = true;
        return false;
      }
      bad_byte_ = find_bad_byte(records_.text(), bad_byte_ + 1);
    }
    return true;
  }

  void finish() {
    Evidence& evidence = out_.evidence;
    for (ColumnReader& reader : readers_) {
      reader.finish();
      evidence.texts.push_back(reader.holds_texts());
      evidence.lost_texts = evidence.lost_texts || reader.lost_texts();
      evidence.other_forms.push_back(reader.other_forms());
      evidence.fractions.push_back(reader.fractions());
    }
    out_.table.source = text_.name();
    out_.table.rules = assumed_.rules;
  }

  TextWindows& text_;
  const Assumptions& assumed_;
  const CsvOptions& options_;
  Records records_;
  CellRules cells_;
  std::vector<Field> fields_;
  std::vector<ColumnReader> readers_;
  std::size_t bad_byte_ = std::string_view::npos;  // the next one that is not of the encoding
  std::optional<std::string> blank_;               // an empty line, after which no row may follow
  std::int64_t blanks_ = 0;                        // how many since then
  std::vector<Unreadable> unreadable_;             // of this part
  std::uint64_t part_bytes_ = 0;
  bool any_row_ = false, more_ = false;
  bool beginning_ = true;  // until the first row: it may change the columns
  Pass out_;
};

std::string fields_text(std::size_t count) { return std::to_string(count) + (count == 1 ? " field" : " fields"); }

TableParts::TableParts(TextWindows& text, const Assumptions& assumptions, const CsvOptions& options)
    : pass_(std::make_unique<TablePass>(text, assumptions, options)) {}
TableParts::TableParts(TableParts&&) noexcept = default;
TableParts::~TableParts() = default;

bool TableParts::next(std::int64_t rows, Pass& part, std::vector<Unreadable>& unreadable) {
  return pass_->next_part(rows, part, unreadable);
}

Pass read_pass(TextWindows& text, const Assumptions& assumptions, const CsvOptions& options) {
  return TablePass(text, assumptions, options).run();
}

}  // namespace gradus::data
