#include "gradus/learn/data/csv/records.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

/// Characters in text[begin, end): bytes that do not continue one.
std::uint64_t count_characters(std::string_view text, std::size_t begin, std::size_t end) {
  const auto part = text.substr(begin, end - begin);
  return static_cast<std::uint64_t>(
      std::count_if(part.begin(), part.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset, std::uint64_t first_line) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t last = before.rfind('\n');
  const std::size_t start = last == std::string_view::npos ? 0 : last + 1;
  const auto lines = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  return {first_line + lines, count_characters(text, start, offset) + 1};
}

std::string to_string(const Place& place) { return std::to_string(place.line) + ":" + std::to_string(place.column); }

Records::Records(std::string name, const ReadingRules& rules, const CsvLimits& limits)
    : name_(std::move(name)),
      delimiter_(rules.delimiter),
      quote_(rules.quote),
      escape_(rules.escape),
      comment_mark_(rules.comment),
      runs_(rules.delimiter == ' '),
      limits_(limits) {
  const auto set = [&](char c, CharacterClass value) { classes_[static_cast<unsigned char>(c)] = value; };
  set(' ', blank);
  set('\t', blank);
  if (quote_ != 0) set(quote_, quote);
  set(delimiter_, delimiter);
  if (runs_) set('\t', delimiter);
  set('\n', line_end);
  set('\r', line_end);
}

void Records::set_text(std::string_view text, bool complete) {
  text_ = text;
  complete_ = complete;
  at_ = line_start_ = 0;
  first_line_ = line_;
}

void Records::skip_to(std::size_t offset, std::uint64_t lines) {
  at_ = line_start_ = offset;
  line_ += lines;
}

Place Records::place(const Field& field) const {
  return {field.line, count_characters(text_, field.line_start, field.offset) + 1};
}

void Records::refuse(std::size_t offset, const std::string& found, const std::string& expected,
                     const std::string& remedy) const {
  throw UserError(Fault::data, Report{name_ + ":" + to_string(place_of(offset)), found, expected, remedy});
}

void Records::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

bool Records::skip_line_end() {
  if (at_ >= text_.size()) {
    cut_ = !complete_;
    return true;
  }
  if (text_[at_] != '\n' && text_[at_] != '\r') return false;
  if (text_[at_] == '\r') {
    if (at_ + 1 == text_.size()) {
      cut_ = !complete_;
      ++at_;
      return true;
    }
    if (text_[at_ + 1] != '\n') {
      refuse(at_, "a carriage return without a line feed", "lines that end with LF or CR LF",
             "tr '\\r' '\\n' < IN > OUT");
    }
    ++at_;
  }
  ++at_;
  ++line_;
  line_start_ = at_;
  return true;
}

void Records::read_plain(Field& field) {
  const std::size_t limit = std::min(text_.size(), at_ + limits_.field + 1);
  const std::size_t begin = at_;
  std::size_t end = begin;
  while (end < limit && !ends_field(text_[end])) {
    if (class_of(text_[end]) == quote && quote_ == '"') {
      refuse(end, "a quote inside a field that does not begin with one",
             "\"...\" around the whole field, \"\" for a quote in it",
             "--quote none, if quotes are characters like others; else quotes around it, its own quotes doubled");
    }
    ++end;
  }
  if (end - begin > limits_.field) {
    refuse(begin, "a field of more than " + std::to_string(limits_.field) + " bytes", "shorter fields",
           "the column left out of the file");
  }
  at_ = end;
  while (end > begin && is_blank(text_[end - 1])) --end;
  field.text = text_.substr(begin, end - begin);
}

/// What is between quotes, into field.text; behind the closing one.
void Records::read_joined(Field& field) {
  const std::size_t opened = at_++;
  std::size_t begin = at_;
  std::string* joined = nullptr;
  while (true) {
    if (at_ - opened > limits_.field || (at_ >= text_.size() && complete_)) {
      const bool ended = at_ >= text_.size() && complete_;
      refuse(opened,
             ended ? "a quote that is opened here and never closed"
                   : "a quote that is opened here and not closed within " + std::to_string(limits_.field) + " bytes",
             "a closing quote", std::string(1, quote_) + " at the end of the field");
    }
    if (at_ >= text_.size()) {
      cut_ = true;
      return;
    }
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      line_start_ = at_;
    }
    if (c == escape_ && c != 0) {
      if (at_ >= text_.size()) continue;  // the end is told of above
      if (!joined) joined = &unescaped_.emplace_back();
      *joined += text_.substr(begin, at_ - 1 - begin);
      begin = at_;
      if (text_[at_] != '\n') ++at_;
      continue;
    }
    if (c != quote_) continue;
    if (runs_out()) {  // whether another quote follows is not known
      cut_ = true;
      return;
    }
    const std::string_view part = text_.substr(begin, at_ - 1 - begin);
    const bool goes_on = at_ < text_.size() && text_[at_] == quote_;
    if (goes_on && !joined) joined = &unescaped_.emplace_back();
    if (joined) *joined += part;
    if (!goes_on) {
      field.text = joined ? std::string_view(*joined) : part;
      return;
    }
    begin = at_++;  // the second of the two quotes belongs to the text
  }
}

void Records::read_quoted(Field& field) {
  read_joined(field);
  if (cut_) return;
  const auto blank_at = [](char c) { return c == ' ' || c == '\t'; };
  while (!field.text.empty() && blank_at(field.text.front())) field.text.remove_prefix(1);
  while (!field.text.empty() && blank_at(field.text.back())) field.text.remove_suffix(1);
  while (!runs_ && at_ < text_.size() && class_of(text_[at_]) == blank) ++at_;
  if (at_ < text_.size() && !ends_field(text_[at_])) {
    refuse(at_, "text after a closing quote",
           "the delimiter " + (delimiter_ == '\t' ? "(tab)" : std::string(1, delimiter_)) + " or the end of the line",
           text_[at_ - 1] == quote_ && at_ >= 2 && text_[at_ - 2] == '\\' ? "--escape backslash"
                                                                          : "write a quote inside quotes twice");
  }
}

void Records::read_field(Field& field) {
  skip_blanks();
  field.offset = at_;
  field.line = line_;
  field.line_start = line_start_;
  field.quoted = quote_ != 0 && at_ < text_.size() && text_[at_] == quote_;
  if (field.quoted) read_quoted(field);
  else read_plain(field);
}

/// Lines that begin with the mark; false when one does not end in the text.
bool Records::skip_comments() {
  while (comment_mark_ != 0 && at_ < text_.size() && text_[at_] == comment_mark_) {
    std::size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos && !complete_) return false;
    end = std::min(end, text_.size());
    if (!any_record_) comment_ = std::string(text_.substr(at_ + 1, std::min<std::size_t>(end - at_ - 1, 1 << 16)));
    at_ = std::min(end + 1, text_.size());
    ++line_;
    line_start_ = at_;
  }
  return true;
}

/// False when the record does not end in the text.
bool Records::read_fields(std::vector<Field>& fields) {
  while (true) {
    read_field(fields.emplace_back());
    if (cut_) return false;
    if (fields.size() > limits_.columns) {
      refuse(fields.back().offset, "more than " + std::to_string(limits_.columns) + " fields in a line", "fewer",
             "a file of fewer columns");
    }
    if (runs_) skip_blanks();
    if (skip_line_end()) return !cut_;
    if (runs_) continue;
    ++at_;                                   // the delimiter
    if (at_ == text_.size() && complete_) {  // an empty last field at the end of the text
      fields.push_back({{}, false, at_, line_start_, line_});
      return true;
    }
  }
}

Records::Next Records::next(std::vector<Field>& fields) {
  fields.clear();
  unescaped_.clear();
  cut_ = false;
  const bool whole = skip_comments();
  const std::size_t begin = record_ = at_;
  const std::uint64_t line = record_line_ = line_;
  if (whole && at_ >= text_.size()) return complete_ ? Next::end : Next::more;
  if (whole && read_fields(fields)) {
    any_record_ = true;
    return Next::record;
  }
  at_ = line_start_ = begin;
  line_ = line;
  return Next::more;
}

bool Records::skip_line() {
  at_ = record_;
  line_ = record_line_;
  return skip_rest();
}

bool Records::skip_rest() {
  const std::size_t end = text_.find('\n', at_);
  const bool found = end != std::string_view::npos;
  at_ = line_start_ = found ? end + 1 : text_.size();
  if (found || complete_) ++line_;
  return found || complete_;
}

}  // namespace gradus::data
