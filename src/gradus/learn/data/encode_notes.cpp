#include "gradus/learn/data/encode_notes.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

std::string named(const std::string& name) { return "\"" + printable(name) + "\""; }

std::string counted(const Finding& of, std::int64_t rows) {
  return std::to_string(of.count) + " of " + std::to_string(rows);
}

std::string filled_text(const ColumnEncoding& encoding, std::int64_t count) {
  std::string by = "no category";
  const double fill = encoding.gaps.fill;
  if (is_category_of_its_own(encoding)) by = "a category of its own";
  else if (encoding.kind().cells == Cells::dates) by = date_text(fill);
  else if (encoding.numeric()) by = number_text(fill);
  else if (fill >= 0) by = named(encoding.categories[static_cast<std::size_t>(fill)]);
  return named(encoding.name) + " (" + std::to_string(count) + " by " + by + ")";
}

}  // namespace

NoteWriter::NoteWriter(std::string source, std::int64_t rows, Notes& notes)
    : source_(std::move(source)), rows_(rows), notes_(notes) {}

void NoteWriter::add(const ColumnEncoding& encoding, const ColumnNotes& of) {
  const bool dates = encoding.kind().cells == Cells::dates;
  const auto first = [](const Finding& found) { return ", the first in line " + std::to_string(found.first.line); };
  const auto warn = [&](const std::string& text) { notes_.push_back({true, of.place + ": " + text}); };
  if (of.unseen.count > 0)
    warn(counted(of.unseen, rows_) + " categories were not in the training rows, the first " + named(of.unseen.text) +
         " in line " + std::to_string(of.unseen.first.line) + "; they count as none of the known ones");
  const auto strange = [&](const Finding& found, const std::string& what) {
    if (found.count > 0)
      warn(counted(found, rows_) + " cells are " + what + first(found) + ": " + named(found.text) +
           "; they count as missing");
  };
  strange(of.strange, dates ? "no dates" : "no numbers");
  strange(of.infinite, "infinite");
  strange(of.too_large, "too large for a number");
  if (of.outside.count > 0) add_outside(encoding, of);
  if (of.filled > 0) filled_.push_back(filled_text(encoding, of.filled));
  if (of.far.count > 0)
    warn(std::to_string(of.far.count) + " numbers too far from the training range to be used" + first(of.far) + ": " +
         of.far.text + "; they count as missing");
}

void NoteWriter::finish() {
  add_all("a little outside the training range", little_outside_);
  add_all("missing values filled", filled_);
}

void NoteWriter::add_outside(const ColumnEncoding& encoding, const ColumnNotes& of) {
  const bool dates = encoding.kind().cells == Cells::dates;
  const auto text = [&](double x) { return dates ? date_text(x) : number_text(x); };
  const std::string first = ", the first in line " + std::to_string(of.outside.first.line) + ": " + of.outside.text;
  if (!of.far_outside) {
    little_outside_.push_back(named(encoding.name) + " (" + std::to_string(of.outside.count) + first + ")");
    return;
  }
  notes_.push_back({true, of.place + ": " + counted(of.outside, rows_) + (dates ? " dates" : " numbers") +
                              " outside the training range " + text(encoding.scaling.minimum) + " to " +
                              text(encoding.scaling.maximum) + first});
}

void NoteWriter::add_all(const std::string& what, const std::vector<std::string>& columns) {
  if (columns.empty()) return;
  constexpr std::size_t most = 8;
  std::string list;
  for (std::size_t i = 0; i < std::min(most, columns.size()); ++i) list += (i ? ", " : "") + columns[i];
  if (columns.size() > most) list += " and " + std::to_string(columns.size() - most) + " columns more";
  notes_.push_back({false, source_ + ": " + what + ": " + list});
}

}  // namespace gradus::data
