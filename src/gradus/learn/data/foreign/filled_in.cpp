#include <algorithm>
#include <filesystem>
#include <iterator>

#include "gradus/learn/data/foreign/format.hpp"

namespace gradus::data::foreign {
namespace {

bool says_packing(const std::string& extension) {
  const std::string_view known[] = {".zst", ".xz", ".bz2", ".lz4", ".lzma", ".lz", ".Z", ".gz", ".sz"};
  return std::find(std::begin(known), std::end(known), extension) != std::end(known);
}

/// `text` between single quotes of a shell, without them.
std::string in_single_quotes(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

/// A word of a shell.
std::string as_word(const std::string& name) { return is_plain(name) ? name : "'" + in_single_quotes(name) + "'"; }

/// Within a text of Python, between double quotes, in a command between single quotes.
std::string in_python(const std::string& name) {
  std::string out;
  for (const char c : name) out += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return in_single_quotes(out);
}

std::string replace_words(std::string_view command, const std::string& in, const std::string& out_name) {
  std::string out;
  while (!command.empty()) {
    const bool starts = !out.empty() && (out.back() == ' ' || out.back() == '"');
    const std::string_view mark = command.starts_with("IN") ? "IN" : command.starts_with("OUT") ? "OUT" : "";
    if (starts && !mark.empty()) {
      const std::string& name = mark == "IN" ? in : out_name;
      out += out.back() == '"' ? in_python(name) : as_word(name);
      command.remove_prefix(mark.size());
    } else {
      out += command.front();
      command.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

bool is_plain(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
  return text.find_first_not_of(plain) == std::string_view::npos;
}

std::string filled_in(std::string command, std::string_view path, std::string_view extension) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (path.empty() || path.front() == '-' || std::any_of(path.begin(), path.end(), control)) return command;
  const std::filesystem::path in(path);
  std::filesystem::path out = in;
  if (!extension.empty() || says_packing(in.extension().string())) out.replace_extension(extension);
  if (out == in) out = in.parent_path() / (in.stem().string() + "-2" + in.extension().string());
  return replace_words(command, in.string(), out.string());
}

std::string with_pandas(std::string_view reader, std::string_view more) {
  return "python3 -c 'import pandas; pandas." + std::string(reader) + "(\"IN\"" + std::string(more) +
         ").to_csv(\"OUT\", index=False)'";
}

std::string with_numpy(std::string_view element) {
  return "python3 -c 'import numpy, pandas; a = numpy.load(\"IN\")" + std::string(element) +
         "; pandas.DataFrame(a.reshape(len(a), -1)).add_prefix(\"x\").to_csv(\"OUT\", index=False)'";
}

}  // namespace gradus::data::foreign
