#include "gradus/learn/data/csv/table_stream.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/assume.hpp"
#include "gradus/learn/data/csv/column_names.hpp"
#include "gradus/learn/data/csv/rule_notes.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"
#include "gradus/learn/data/npy/arrays.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t head_bytes = std::size_t{1} << 20;

/// The first bytes of a file: whole lines where it is longer.
std::string head_of(Source& source) {
  std::string head(head_bytes, '\0');
  head.resize(source.read(std::as_writable_bytes(std::span(head))));
  if (source.at_end()) return head;
  constexpr std::size_t longest_unit = 4;  // bytes of a character in any of its encodings
  const std::size_t end = head.find_last_of("\r\n");
  const bool wide = encoding_of(head) != "UTF-8";
  if (wide || end == std::string::npos) head.resize(head.size() / longest_unit * longest_unit);
  else head.resize(end + 1);
  return head;
}

ReadColumns as_texts(ReadColumns read) {
  return [read = std::move(read)](std::span<const std::string> names) {
    std::vector<ReadAs> out(names.size(), ReadAs::looks);
    if (read) out = read(names);
    for (ReadAs& one : out) {
      if (one == ReadAs::looks || one == ReadAs::looks_or_two) one = ReadAs::text;
    }
    return out;
  };
}

/// How the text that begins so is to be read.
Assumptions assume_by_head(std::string_view head, const std::string& name, const CsvOptions& options) {
  TextWindows lines(head, name);
  lines.replace_bad_bytes();
  Assumptions out = assume(lines, options);
  out.tolerant = true;
  Pass pass = read_until_settled(lines, out, options);
  if (pass.evidence.refused) std::rethrow_exception(pass.evidence.refused);
  const bool one_too_long = pass.evidence.names_of_rows && (pass.table.rows < 2 || pass.evidence.shorter > 0);
  if (!one_too_long) return out;
  out.row_names = false;
  pass = read_until_settled(lines, out, options);
  if (pass.evidence.refused) std::rethrow_exception(pass.evidence.refused);
  return out;
}

std::string rows_text(std::uint64_t rows) { return std::to_string(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

struct TableStream::State {
  std::optional<Source> source;
  std::optional<TextWindows> text;
  CsvOptions options;
  Assumptions assumed;
  std::optional<TableParts> parts;
  std::optional<Table> whole;  // of NumPy arrays
  Pass pass;
  Notes unnamed;
  bool more = true, any = false;

  void begin(std::string_view head, const std::string& name) {
    options.read = as_texts(std::move(options.read));
    assumed = assume_by_head(head, name, options);
    text->replace_bad_bytes();
    parts.emplace(*text, assumed, options);
  }

  void check_columns(const Table& table) const {
    if (table.columns.size() >= static_cast<std::size_t>(options.minimum_columns)) return;
    throw UserError(Fault::data, Report{printable(table.source) + ":1:1", fields_text(table.columns.size()),
                                        "at least " + std::to_string(options.minimum_columns),
                                        "a file with a column to learn from"});
  }
};

TableStream::TableStream(const std::string& path, CsvOptions options) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.options = std::move(options);
  s.options.limits.file.bytes = std::numeric_limits<std::uint64_t>::max();  // nothing of it is kept
  Source& source = s.source.emplace(path);
  if (is_npy(source.start()) || is_npz(source.start())) {
    s.whole = is_npy(source.start()) ? read_npy(source, s.options) : read_npz(source, s.options);
    return;
  }
  refuse_foreign(source, Wanted::table);
  const std::string head = head_of(source);
  source.rewind();
  source.keep_no_more();
  s.text.emplace(source, s.options.limits.file);
  s.begin(head, source.name());
}

TableStream::TableStream(std::string_view text, const std::string& name, CsvOptions options)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.options = std::move(options);
  refuse_foreign(text, Wanted::table, printable(name), Fault::data);
  s.text.emplace(text, name);
  s.begin(text.substr(0, text.find('\n', std::min(text.size(), head_bytes))), name);
}

TableStream::TableStream(TableStream&&) noexcept = default;
TableStream::~TableStream() = default;

bool TableStream::next(std::int64_t rows, TablePart& part) {
  State& s = *state_;
  if (!s.more) return false;
  part = {};
  if (s.whole) {
    s.more = false;
    part.table = std::move(*s.whole);
    return true;
  }
  s.more = s.parts->next(rows, s.pass, part.unreadable);
  if (s.pass.evidence.refused) std::rethrow_exception(s.pass.evidence.refused);
  part.table = std::move(s.pass.table);
  s.pass.table = {};
  s.pass.table.source = part.table.source;
  settle_unnamed(part.table, s.pass.evidence.names_of_rows);
  if (!s.any) {
    s.any = true;
    s.unnamed = part.table.notes;
    s.check_columns(part.table);
  }
  part.table.notes.clear();
  return true;
}

std::int64_t TableStream::unreadable() const { return static_cast<std::int64_t>(state_->pass.evidence.unreadable); }

Notes TableStream::notes() const {
  const State& s = *state_;
  if (!s.parts) return {};
  const Evidence& evidence = s.pass.evidence;
  Notes out = rule_notes(s.pass, s.assumed, s.options);
  out.insert(out.end(), s.unnamed.begin(), s.unnamed.end());
  const std::string shown = printable(s.text->name());
  const std::string other = "; --encoding says another than " + s.assumed.rules.encoding;
  if (s.text->replaced() > 0) {
    out.push_back({true, shown + ": " + std::to_string(s.text->replaced()) + " bytes that are no " +
                             s.assumed.rules.encoding + " text" + other});
  }
  if (evidence.bad_rows > 0) {
    out.push_back({true, shown + ": " + rows_text(evidence.bad_rows) + " with bytes that are no text, the first " +
                             evidence.first_bad_row + other});
  }
  if (evidence.unreadable > 0) {
    out.push_back({true, shown + ": " + rows_text(evidence.unreadable) +
                             " without a prediction, which cannot be read, the first: " + evidence.first_unreadable});
  }
  return out;
}

}  // namespace gradus::data
