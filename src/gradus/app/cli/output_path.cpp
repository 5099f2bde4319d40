#include "gradus/app/cli/output_path.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/io/atomic_file.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

}  // namespace

std::string free_model_path(const std::string& data) {
  fs::path name = fs::path(data).lexically_normal();
  if (name.filename().empty()) name = name.parent_path();  // "folder/"
  std::string stem = name.filename().string();
  for (const char* suffix : {".gz", ".csv", ".tsv", ".txt"}) {
    if (stem.size() > std::char_traits<char>::length(suffix) && stem.ends_with(suffix)) {
      stem.resize(stem.size() - std::char_traits<char>::length(suffix));
    }
  }
  constexpr std::size_t longest = 200;  // names have 255 bytes at most
  if (stem.empty() || stem == "-" || stem == "." || stem == ".." || stem.size() > longest) stem = "model";
  std::string path = stem + ".gradus";
  for (int number = 2; exists(path); ++number) path = stem + "-" + std::to_string(number) + ".gradus";
  return path;
}

void check_output(const std::string& path, const std::string& flag, std::span<const std::string> inputs) {
  io::check_writable(path);
  for (const std::string& input : inputs) {
    std::error_code error;
    if (!fs::equivalent(path, input, error) || error) continue;
    throw UserError(Fault::usage,
                    Report{flag + " " + printable(path), "the same file as the input", "another file", ""});
  }
}

void check_replaces_model(const std::string& path, const std::string& flag) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return;
  // A model begins with the length of its header and the header's brace.
  std::array<unsigned char, 9> start{};
  const std::size_t got = std::fread(start.data(), 1, start.size(), file.get());
  if (got == 0 || (got == start.size() && start[8] == '{' && start[7] == 0)) return;
  throw UserError(Fault::usage, Report{flag + " " + printable(path), "a file that is there and is not a model",
                                       "a new name, or a model to replace", ""});
}

}  // namespace gradus::cli
