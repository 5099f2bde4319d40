#include "gradus/learn/data/images/image_folder.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "gradus/learn/data/images/image_files.hpp"
#include "gradus/learn/data/images/read_images.hpp"

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{printable(place), found, expected, remedy});
}

std::string counted(std::int64_t count, const char* one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

/// By byte, or by size when all are numbers.
void sort_names(std::vector<std::string>& names) {
  constexpr std::size_t most_digits = 18;
  const bool numbers = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    return name.size() <= most_digits && name.find_first_not_of("0123456789") == std::string::npos;
  });
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    if (numbers && std::stoll(a) != std::stoll(b)) return std::stoll(a) < std::stoll(b);
    return a < b;
  });
}

/// train, and test or else val: what a folder is called in which others have divided their images.
struct Parts {
  std::string train, test, left;  // left: not used beside the two
};

std::optional<Parts> parts_of(const ImageFiles& found) {
  Parts out;
  for (const std::string& name : found.folders) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool test = lower == "test" || lower == "testing";
    if (lower == "train" || lower == "training") out.train = name;
    else if (!test && lower != "val" && lower != "valid" && lower != "validation") return std::nullopt;
    else if (out.test.empty()) out.test = name;
    else if (test) out.left = std::exchange(out.test, name);
    else out.left = name;
  }
  if (out.train.empty() || out.test.empty()) return std::nullopt;
  return out;
}

void append(Notes& to, const Notes& from) { to.insert(to.end(), from.begin(), from.end()); }

/// "photos: 2 of 40 images cannot be read, and are left out; the first: photos/cat/3.png: found ..."
void note_broken(const std::string& source, std::size_t all, const ReadImages& read, Notes& notes) {
  if (read.broken.empty()) return;
  notes.push_back({true, printable(source) + ": " + std::to_string(read.broken.size()) + " of " +
                             counted(static_cast<std::int64_t>(all), "image") + " cannot be read, and " +
                             (read.broken.size() == 1 ? "is" : "are") +
                             " left out; the first: " + read.broken.front().why});
}

std::vector<std::string> paths_of(const std::vector<ImageFile>& files) {
  std::vector<std::string> out;
  for (const ImageFile& file : files) out.push_back(file.path);
  return out;
}

/// Of the classes `known`, then of the labels that are none of them.
Dataset with_labels(const std::string& source, ReadImages read, const std::vector<std::string>& labels,
                    std::vector<std::string> classes) {
  std::map<std::string, std::int64_t> numbers;
  for (std::size_t i = 0; i < classes.size(); ++i) numbers.emplace(classes[i], static_cast<std::int64_t>(i));
  std::vector<std::string> others;
  for (const std::int64_t row : read.rows) {
    const std::string& label = labels[static_cast<std::size_t>(row)];
    if (numbers.emplace(label, 0).second) others.push_back(label);
  }
  sort_names(others);
  for (const std::string& name : others) {
    numbers[name] = std::ssize(classes);
    classes.push_back(name);
  }
  Dataset out;
  out.source = source;
  out.divisor = 255;
  out.task = Task::classification;
  out.has_targets = true;
  out.targets = Tensor(DType::i64, {std::ssize(read.rows)});
  std::transform(read.rows.begin(), read.rows.end(), out.targets.as<std::int64_t>().begin(),
                 [&](std::int64_t row) { return numbers[labels[static_cast<std::size_t>(row)]]; });
  out.class_names = std::move(classes);
  out.features = std::move(read.pixels);
  return out;
}

constexpr std::int64_t usual_side = 64;

/// As it is where no side is longer than 64, else smaller in its proportions.
PictureSize limited(PictureSize size) {
  const std::int64_t longer = std::max(size.height, size.width);
  if (longer <= usual_side) return size;
  const auto less = [&](std::int64_t side) {
    return std::max<std::int64_t>(1, (2 * side * usual_side + longer) / (2 * longer));
  };
  return {less(size.height), less(size.width)};
}

std::string text(PictureSize size) { return std::to_string(size.height) + "x" + std::to_string(size.width); }

/// The size, and what is said of it.
PictureSize choose_size(const std::string& folder, std::span<const std::string> paths, int threads, Notes& notes) {
  const std::vector<SizeCount> sizes = count_sizes(paths, threads);
  if (sizes.empty()) return {1, 1};  // none can be read: refused by whoever reads them
  const PictureSize commonest = sizes.front().size, size = limited(commonest);
  std::int64_t all = 0, others = 0;
  for (const SizeCount& one : sizes) {
    all += one.images;
    if (one.size != size) others += one.images;
  }
  if (others == 0) return size;
  notes.push_back({false, printable(folder) + ": " + std::to_string(others) + " of " + counted(all, "image") +
                              " resized to " + text(size) + " (height x width), " +
                              (size == commonest ? "the commonest size"
                                                 : "the commonest size, " + text(commonest) + ", made smaller") +
                              "  (--image-size)"});
  return size;
}

/// Images of `files` that lie in a sub-folder; what lies beside them is noted.
std::vector<ImageFile> labelled(const std::string& folder, std::vector<ImageFile> files, Notes& notes) {
  const std::size_t all = files.size();
  std::erase_if(files, [](const ImageFile& file) { return file.label.empty(); });
  const auto without = static_cast<std::int64_t>(all - files.size());
  if (files.empty()) {
    refuse(folder, without == 0 ? "no PNG or JPEG images" : counted(without, "image") + " in no folder of a label",
           "images in one sub-folder a label", "a folder for the images of each label");
  }
  if (without > 0) {
    notes.push_back(
        {true, printable(folder) + ": " + counted(without, "image") + " beside the folders of labels, left out"});
  }
  return files;
}

/// The classes of the images that could be read. Throws UserError for fewer than two; notes folders without.
std::vector<std::string> classes_of(const std::string& folder, const ImageFiles& found,
                                    const std::vector<ImageFile>& files, const ReadImages& read, Notes& notes) {
  std::map<std::string, std::int64_t> counts;
  for (const std::string& name : found.folders) counts[name] = 0;
  for (const std::int64_t row : read.rows) ++counts[files[static_cast<std::size_t>(row)].label];
  std::vector<std::string> names, empty;
  for (const auto& [name, count] : counts) (count > 0 ? names : empty).push_back(name);
  if (names.size() < 2) {
    const std::string broken = read.broken.empty() ? "" : " (" + read.broken.front().why + ")";
    refuse(folder,
           names.empty() ? "no image that can be read" + broken
                         : "images of a single label, " + printable(names[0]) + broken,
           "at least two sub-folders with images, one a label", "images of another label in a folder beside it");
  }
  std::string list;
  for (const std::string& name : empty) list += (list.empty() ? "" : ", ") + printable(name);
  constexpr std::size_t longest = 200;
  if (list.size() > longest) list = list.substr(0, list.rfind(',', longest)) + ", ...";
  if (!empty.empty()) {
    notes.push_back({true, printable(folder) + ": " + counted(std::ssize(empty), "folder") + " without images, which " +
                               (empty.size() == 1 ? "is no class: " : "are no classes: ") + list});
  }
  sort_names(names);
  return names;
}

ImageFolder read_one(const std::string& folder, std::optional<PictureSize> size, int threads) {
  ImageFolder out;
  ImageFiles found = find_images(folder);
  out.notes = found.notes;
  const std::vector<ImageFile> files = labelled(folder, found.files, out.notes);
  const std::vector<std::string> paths = paths_of(files);
  const PictureSize chosen = size ? *size : choose_size(folder, paths, threads, out.notes);
  ReadImages read = read_images(paths, chosen, std::nullopt, threads);
  const std::vector<std::string> classes = classes_of(folder, found, files, read, out.notes);
  note_broken(folder, paths.size(), read, out.notes);
  std::vector<std::string> labels;
  for (const ImageFile& file : files) labels.push_back(file.label);
  out.train = with_labels(folder, std::move(read), labels, classes);
  return out;
}

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string below(const std::string& folder, const std::string& name) { return (fs::path(folder) / name).string(); }

}  // namespace

ImageFolder read_image_folder(const std::string& folder, std::optional<PictureSize> size, int threads) {
  const std::optional<Parts> parts = parts_of(find_images(folder));
  if (!parts) return read_one(folder, size, threads);
  ImageFolder out = read_one(below(folder, parts->train), size, threads);
  const std::string test = below(folder, parts->test);
  const ImageList list = list_images({&test, 1}, false);
  append(out.notes, list.notes);
  out.notes.push_back(
      {false, printable(folder) + ": learnt from the images in " + printable(parts->train) + ", tried on those in " +
                  printable(parts->test) +
                  (parts->left.empty() ? "" : "; those in " + printable(parts->left) + " are left out")});
  const Shape image(out.train.features.shape().sizes().subspan(1));
  out.test = read_listed(list, image, true, out.train.class_names, threads, out.notes);
  return out;
}

bool is_image_folder(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with('.') && (is_picture_name(name) || it->is_directory(error))) return true;
  }
  return false;
}

ImageList list_images(std::span<const std::string> paths, bool test_alone) {
  ImageList out;
  out.source = paths.size() == 1 ? paths[0] : counted(std::ssize(paths), "file");
  if (paths.size() != 1 || !is_folder(paths[0])) {
    for (const std::string& path : paths) {
      if (is_folder(path)) {
        throw UserError(Fault::usage, Report{printable(path), "a folder among several operands",
                                             "one folder, or image files", "one folder at a time"});
      }
      out.paths.push_back(path);
      out.labels.push_back(fs::absolute(path).lexically_normal().parent_path().filename().string());
    }
    return out;
  }
  ImageFiles found = find_images(paths[0]);
  const std::optional<Parts> parts = test_alone ? parts_of(found) : std::nullopt;
  if (parts) out.source = below(paths[0], parts->test), found = find_images(out.source);
  out.notes = found.notes;
  for (const ImageFile& file : found.files) {
    out.paths.push_back(file.path);
    out.labels.push_back(file.label);
  }
  const bool none = std::all_of(out.labels.begin(), out.labels.end(), [](const auto& label) { return label.empty(); });
  if (none) {  // all lie in the folder of one label
    const fs::path whole = fs::absolute(out.source).lexically_normal();
    out.labels.assign(out.paths.size(), (whole.has_filename() ? whole : whole.parent_path()).filename().string());
  }
  if (out.paths.empty())
    refuse(out.source, "no PNG or JPEG images", "a folder of images", "the folder that holds them");
  return out;
}

Dataset read_listed(const ImageList& list, const Shape& shape, bool labels, std::span<const std::string> known,
                    int threads, Notes& notes) {
  const int channels = shape.rank() == 3 ? 3 : 1;
  const PictureSize size{shape[shape.rank() - 2], shape[shape.rank() - 1]};
  ReadImages read = read_images(list.paths, size, channels, threads);
  if (read.rows.empty()) {
    refuse(list.source, "no image that can be read (" + read.broken.front().why + ")", "PNG or JPEG images",
           "the images saved again");
  }
  note_broken(list.source, list.paths.size(), read, notes);
  if (labels) {
    for (const std::int64_t row : read.rows) {
      const auto at = static_cast<std::size_t>(row);
      if (list.labels[at].empty())
        refuse(list.paths[at], "an image in no folder of a label", "a folder called by its label",
               "a folder for the images of each label");
    }
    return with_labels(list.source, std::move(read), list.labels, {known.begin(), known.end()});
  }
  Dataset out;
  out.source = list.source;
  out.divisor = 255;
  out.task = Task::classification;
  out.class_names.assign(known.begin(), known.end());
  out.features = std::move(read.pixels);
  return out;
}

}  // namespace gradus::data
