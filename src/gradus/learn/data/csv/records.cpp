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

Place Records::place(const Field& field) const {
  return {field.line, count_characters(text_, field.line_start, field.offset) + 1};
}

void Records::refuse(std::size_t offset, const std::string& found, const std::string& expected,
                     const std::string& remedy) const {
  throw UserError(Fault::data,
                  Report{name_ + ":" + to_string(place_of(text_, offset, first_line_)), found, expected, remedy});
}

void Records::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

bool Records::skip_line_end() {
  if (at_ >= text_.size()) return true;
  if (text_[at_] != '\n' && text_[at_] != '\r') return false;
  if (text_[at_] == '\r') {
    if (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
      refuse(at_, "a carriage return without a line feed", "lines that end with LF or CR LF",
             "tr '\\r' '\\n' < IN > OUT");
    }
    if (at_ + 1 == text_.size()) {
      ++at_;
      return true;
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
  for (; end < limit; ++end) {
    const char c = text_[end];
    if (c == delimiter_ || c == '\n' || c == '\r') break;
    if (c == '"')
      refuse(end, "a quote inside a field that does not begin with one",
             "\"...\" around the whole field, \"\" for a quote in it", "quotes around it, its own quotes doubled");
  }
  if (end - begin > limits_.field) {
    refuse(begin, "a field of more than " + std::to_string(limits_.field) + " bytes", "shorter fields",
           "the column left out of the file");
  }
  at_ = end;
  while (end > begin && is_blank(text_[end - 1])) --end;
  field.text = text_.substr(begin, end - begin);
}

void Records::read_quoted(Field& field) {
  const std::size_t opened = at_++;
  std::size_t begin = at_;
  std::string* joined = nullptr;
  while (true) {
    if (at_ >= text_.size() || at_ - opened > limits_.field) {
      const bool ended = at_ >= text_.size();
      refuse(opened,
             ended ? "a quote that is opened here and never closed"
                   : "a quote that is opened here and not closed within " + std::to_string(limits_.field) + " bytes",
             "a closing quote", "\" at the end of the field");
    }
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      line_start_ = at_;
    }
    if (c != '"') continue;
    const std::string_view part = text_.substr(begin, at_ - 1 - begin);
    const bool goes_on = at_ < text_.size() && text_[at_] == '"';
    if (goes_on && !joined) joined = &unescaped_.emplace_back();
    if (joined) *joined += part;
    if (!goes_on) {
      field.text = joined ? std::string_view(*joined) : part;
      break;
    }
    begin = at_++;  // the second of the two quotes belongs to the text
  }
  while (!field.text.empty() && is_blank(field.text.front())) field.text.remove_prefix(1);
  while (!field.text.empty() && is_blank(field.text.back())) field.text.remove_suffix(1);
  skip_blanks();
  if (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n' && text_[at_] != '\r') {
    refuse(at_, "text after a closing quote",
           std::string("the delimiter ") + (delimiter_ == '\t' ? "(tab)" : std::string(1, delimiter_)) +
               " or the end of the line",
           "write a quote inside quotes twice");
  }
}

void Records::read_field(Field& field) {
  skip_blanks();
  field.offset = at_;
  field.line = line_;
  field.line_start = line_start_;
  field.quoted = at_ < text_.size() && text_[at_] == '"';
  if (field.quoted) read_quoted(field);
  else read_plain(field);
}

bool Records::next(std::vector<Field>& fields) {
  fields.clear();
  unescaped_.clear();
  if (at_ >= text_.size()) return false;
  while (true) {
    read_field(fields.emplace_back());
    if (fields.size() > limits_.columns) {
      refuse(fields.back().offset, "more than " + std::to_string(limits_.columns) + " fields in a line", "fewer",
             "a file of fewer columns");
    }
    if (skip_line_end()) return true;
    ++at_;                      // the delimiter
    if (at_ == text_.size()) {  // an empty last field at the end of the text
      fields.push_back({{}, false, at_, line_start_, line_});
      return true;
    }
  }
}

}  // namespace gradus::data
