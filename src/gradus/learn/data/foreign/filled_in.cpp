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

void replace_words(std::string& command, std::string_view mark, const std::string& name) {
  for (std::size_t at = 0; (at = command.find(mark, at)) != std::string::npos;) {
    const bool is_word = at > 0 && (command[at - 1] == ' ' || command[at - 1] == '"');
    if (is_word) command.replace(at, mark.size(), name);
    at += is_word ? name.size() : mark.size();
  }
}

}  // namespace

bool is_plain(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";
  return text.find_first_not_of(plain) == std::string_view::npos;
}

std::string filled_in(std::string command, std::string_view path, std::string_view extension) {
  if (path.empty() || path.front() == '-' || !is_plain(path)) return command;
  const std::filesystem::path in(path);
  std::filesystem::path out = in;
  if (!extension.empty() || says_packing(in.extension().string())) out.replace_extension(extension);
  if (out == in) out = in.parent_path() / (in.stem().string() + "-2" + in.extension().string());
  replace_words(command, "IN", in.string());
  replace_words(command, "OUT", out.string());
  return command;
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
