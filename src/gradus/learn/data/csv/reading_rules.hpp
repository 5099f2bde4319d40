// How the text of a table is to be read: decided over a whole file, kept in a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/json/value.hpp"

namespace gradus::data {

/// How numbers are written.
struct NumberFormat {
  char decimal = '.';  // or ','
  char thousands = 0;  // , . ' or a blank between groups of digits; 0: none
  friend bool operator==(const NumberFormat&, const NumberFormat&) = default;
};

/// What stands for a missing value beside an empty cell, letters in either case: ? NA N/A #N/A null none nan - . ...
const std::vector<std::string>& default_missing_marks();

struct ReadingRules {
  std::string encoding = "UTF-8";  // as iconv calls it
  char delimiter = ',';            // a blank: any number of blanks and tabs
  char quote = '"';                // 0: there are none
  char escape = 0;                 // before a quote in quotes that belongs to the text; 0: it is written twice
  char comment = 0;                // lines that begin with it are left out; 0: none are
  NumberFormat format;
  bool header = true;  // the first line names the columns
  std::vector<std::string> missing = default_missing_marks();
  friend bool operator==(const ReadingRules&, const ReadingRules&) = default;
};

/// The rules that were said; the others follow from the file.
struct RuleChoices {
  std::optional<std::string> encoding;
  std::optional<char> delimiter, quote, escape, comment, decimal, thousands;
  std::optional<bool> header;
  std::optional<std::vector<std::string>> missing;
  std::size_t skip = 0;          // lines before the table
  bool fill_short_rows = false;  // cells that are missing at the end of a row are missing values
  bool keep_row_names = false;   // a first column without a name is one like the others
};

/// "comma", "semicolon", "tab", "bar", "blank"; other characters as they are.
std::string delimiter_name(char delimiter);
/// How a rule is said on the command line: "--decimal ,", "--delimiter tab".
std::string delimiter_flag(char delimiter);
/// The character that a flag means: itself, or its name (comma, tab, none, ...). Nothing for other texts.
std::optional<char> read_character(std::string_view text);

/// "utf8" -> "UTF-8": one spelling for names that differ in case and hyphens alone.
std::string encoding_name(std::string_view text);

json::Value to_json(const ReadingRules& rules);
/// Throws UserError(Fault::model_file) when the document does not describe rules.
ReadingRules rules_from_json(const json::Value& value);

}  // namespace gradus::data
