#include "gradus/learn/data/images/image_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/encoding.hpp"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

std::string lower_suffix(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  std::string out(dot == std::string_view::npos ? std::string_view() : name.substr(dot));
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

[[noreturn]] void refuse(const std::string& path, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{printable(path), found, expected, remedy});
}

/// Names in a folder that are not hidden, by name.
std::vector<std::string> names_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with('.')) names.push_back(name);
  }
  if (error) refuse(folder, error.message(), "a folder that can be read", "chmod u+rx " + printable(folder));
  std::sort(names.begin(), names.end());
  return names;
}

class Walk {
 public:
  ImageFiles images(const std::string& folder) {
    walk(folder, "", true);
    std::sort(found_.files.begin(), found_.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    note_others(folder);
    return std::move(found_);
  }

 private:
  void walk(const std::string& folder, const std::string& label, bool is_top) {
    constexpr int most_depth = 100;
    struct stat of {};
    if (::stat(folder.c_str(), &of) == 0) {
      const auto [known, fresh] = visited_.try_emplace({of.st_dev, of.st_ino}, label);
      if (!fresh) return refuse_two_labels(folder, known->second, label);
    }
    if (depth_ == most_depth) refuse(folder, "folders in folders, 100 deep", "fewer", "the folder of the images");
    ++depth_;
    for (const std::string& name : names_in(folder)) {
      const std::string path = (fs::path(folder) / name).string();
      struct stat file {};
      if (::stat(path.c_str(), &file) != 0) ++others_["that cannot be reached"], first_other(path);
      else if (S_ISDIR(file.st_mode)) walk_below(path, name, label, is_top);
      else if (!is_picture_name(name)) ++others_[lower_suffix(name)], first_other(path);
      else if (!S_ISREG(file.st_mode)) ++others_["that are no regular files"], first_other(path);
      else found_.files.push_back({path, label});
    }
    --depth_;
  }
  void walk_below(const std::string& path, const std::string& name, const std::string& label, bool is_top) {
    if (is_top && find_bad_byte(name) != std::string::npos)
      refuse(path, "a folder whose name is not UTF-8", "names of labels in UTF-8", "another name for the folder");
    if (is_top) found_.folders.push_back(name);
    walk(path, is_top ? name : label, false);
  }
  /// Through links a folder may be met again: in itself, or below another label.
  static void refuse_two_labels(const std::string& folder, const std::string& before, const std::string& label) {
    if (before.empty() || before == label) return;
    refuse(folder, "a folder that is also read as \"" + printable(before) + "\"", "each folder below one label",
           "the link to it removed");
  }
  void first_other(const std::string& path) {
    if (first_.empty()) first_ = path;
  }
  /// "photos: 3 files are no PNG or JPEG images and left out: .gif (2), .txt (1); the first: photos/cat/a.gif"
  void note_others(const std::string& folder) {
    std::int64_t count = 0;
    std::string list;
    for (const auto& [suffix, files] : others_) {
      count += files;
      const std::string called = suffix.empty() ? "without a suffix" : printable(suffix);
      list += (list.empty() ? "" : ", ") + called + " (" + std::to_string(files) + ")";
    }
    constexpr std::size_t longest = 200;
    if (list.size() > longest) list = list.substr(0, list.rfind(',', longest)) + ", ...";
    if (count == 0) return;
    found_.notes.push_back({false, printable(folder) + ": " + std::to_string(count) +
                                       (count == 1 ? " file is no PNG or JPEG image, and is left out: "
                                                   : " files are no PNG or JPEG images, and are left out: ") +
                                       list + "; the first: " + printable(first_)});
  }

  ImageFiles found_;
  std::map<std::pair<dev_t, ino_t>, std::string> visited_;  // to the label they were read as
  std::map<std::string, std::int64_t> others_;
  std::string first_;
  int depth_ = 0;
};

}  // namespace

bool is_picture_name(std::string_view name) {
  const std::string suffix = lower_suffix(name);
  for (const char* one : {".png", ".jpg", ".jpeg", ".jpe", ".jfif"}) {
    if (suffix == one) return true;
  }
  return false;
}

ImageFiles find_images(const std::string& folder) { return Walk().images(folder); }

}  // namespace gradus::data
