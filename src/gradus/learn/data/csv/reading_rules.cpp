#include "gradus/learn/data/csv/reading_rules.hpp"

#include <algorithm>
#include <utility>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

constexpr std::pair<std::string_view, char> character_names[] = {
    {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'},   {"bar", '|'},        {"blank", ' '},
    {"space", ' '}, {"point", '.'},     {"dot", '.'},    {"none", '\0'},      {"colon", ':'},
    {"\\t", '\t'},  {"pipe", '|'},      {"double", '"'}, {"backslash", '\\'}, {"single", '\''}};

std::string as_text(char c) { return c == 0 ? std::string() : std::string(1, c); }

char as_character(const json::Value& value) {
  const std::string& text = value.text();
  if (text.size() <= 1) return text.empty() ? '\0' : text[0];
  throw UserError(Fault::model_file, Report{"schema", "the mark \"" + printable(text) + "\"", "one character, or none",
                                            "save the model again"});
}

}  // namespace

const std::vector<std::string>& default_missing_marks() {
  static const std::vector<std::string> marks = {
      "?", "na", "n/a", "<na>", "#n/a",   "#na",   "nan",   "-nan",   "null",    "none",    "nil",
      "-", "--", ".",   "..",   "#null!", "#ref!", "#num!", "#name?", "#value!", "#div/0!", "\\n"};
  return marks;
}

std::string delimiter_name(char delimiter) {
  const auto* found = std::find_if(std::begin(character_names), std::end(character_names),
                                   [&](const auto& one) { return one.second == delimiter; });
  return found == std::end(character_names) ? as_text(delimiter) : std::string(found->first);
}

std::string delimiter_flag(char delimiter) {
  return "--delimiter " + (delimiter == ',' ? std::string(1, ',') : delimiter_name(delimiter));
}

std::optional<char> read_character(std::string_view text) {
  if (text.size() == 1) return text[0];
  for (const auto& [name, character] : character_names) {
    if (name == text) return character;
  }
  return std::nullopt;
}

std::string encoding_name(std::string_view text) {
  std::string name;
  for (const char c : text) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name == "UTF8" || name == "UTF-8-SIG" || name == "ASCII" || name == "US-ASCII") return "UTF-8";
  if (name == "LATIN-1" || name == "LATIN1") return "ISO-8859-1";
  if (name == "UTF16") return "UTF-16";
  return name;
}

json::Value to_json(const ReadingRules& rules) {
  return json::Object{{"encoding", rules.encoding},
                      {"delimiter", as_text(rules.delimiter)},
                      {"quote", as_text(rules.quote)},
                      {"escape", as_text(rules.escape)},
                      {"comment", as_text(rules.comment)},
                      {"decimal", as_text(rules.format.decimal)},
                      {"thousands", as_text(rules.format.thousands)},
                      {"header", rules.header},
                      {"missing", rules.missing}};
}

ReadingRules rules_from_json(const json::Value& value) {
  ReadingRules rules;
  rules.encoding = value.at("encoding").text();
  rules.delimiter = as_character(value.at("delimiter"));
  rules.quote = as_character(value.at("quote"));
  rules.escape = as_character(value.at("escape"));
  rules.comment = as_character(value.at("comment"));
  rules.format = {as_character(value.at("decimal")), as_character(value.at("thousands"))};
  rules.header = value.at("header").truth();
  rules.missing = value.at("missing").texts();
  return rules;
}

}  // namespace gradus::data
