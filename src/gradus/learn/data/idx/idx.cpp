#include "gradus/learn/data/idx/idx.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <optional>
#include <system_error>

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy = "") {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

std::string label_place(const std::string& file, std::ptrdiff_t item) {
  return printable(file) + ": label " + std::to_string(item + 1) + " (byte " + std::to_string(8 + item) + ")";
}

/// Number of classes when nobody says: the largest label + 1, if the labels fill that range.
std::int64_t infer_classes(const std::string& file, std::span<const std::uint8_t> labels) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t label : labels) seen[label] = true;
  const auto largest = std::max_element(labels.begin(), labels.end());
  const auto distinct = std::count(seen.begin(), seen.end(), true);
  if (distinct < 2) refuse(printable(file), "a single label, " + std::to_string(*largest), "at least two classes");
  if (2 * distinct < *largest + 1) {
    refuse(
        label_place(file, largest - labels.begin()),
        "label " + std::to_string(*largest) + ", though only " + std::to_string(distinct) + " different labels occur",
        "labels 0, 1, 2, ...", "number the classes from 0");
  }
  return *largest + 1;
}

void check_labels(const std::string& file, std::span<const std::uint8_t> labels, std::int64_t classes) {
  const auto outside = std::find_if(labels.begin(), labels.end(), [&](std::uint8_t label) { return label >= classes; });
  if (outside == labels.end()) return;
  refuse(label_place(file, outside - labels.begin()), "label " + std::to_string(*outside),
         "0 to " + std::to_string(classes - 1));
}

Dataset pair(const std::string& image_file, Tensor images, const std::string& label_file, const Tensor& labels,
             std::int64_t classes) {
  const std::string both = printable(image_file) + ", " + printable(label_file);
  if (images.shape().rank() == 1 && labels.shape().rank() == 3) {
    refuse(both, "labels where the images should be, and images where the labels should be", "them the other way round",
           "swap the two files");
  }
  if (images.shape().rank() != 3) {
    refuse(printable(image_file), to_string(images.shape()) + " numbers", "images [count, height, width]");
  }
  if (labels.shape().rank() != 1)
    refuse(printable(label_file), to_string(labels.shape()) + " numbers", "labels [count]");
  const std::int64_t count = images.shape()[0];
  if (labels.count() != count) {
    refuse(both, std::to_string(count) + " images and " + std::to_string(labels.count()) + " labels",
           "as many of both");
  }
  if (classes == 0) classes = infer_classes(label_file, labels.as<std::uint8_t>());
  check_labels(label_file, labels.as<std::uint8_t>(), classes);

  Dataset out;
  out.source = image_file;
  out.features = std::move(images);
  out.divisor = 255;
  out.task = Task::classification;
  out.has_targets = true;
  out.targets = labels.cast(DType::i64);
  for (std::int64_t i = 0; i < classes; ++i) out.class_names.push_back(std::to_string(i));
  return out;
}

/// Files of the folder whose name begins with `prefix`. The unpacked one wins over the same name with .gz.
std::vector<std::string> files_with(const std::string& folder, const std::string& prefix) {
  std::error_code error;
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix)) names.push_back(name);
  }
  if (error) refuse(printable(folder), error.message(), "a folder that can be read");
  std::sort(names.begin(), names.end());
  std::erase_if(names, [all = names](const std::string& name) {
    return name.ends_with(".gz") && std::binary_search(all.begin(), all.end(), name.substr(0, name.size() - 3));
  });
  return names;
}

std::string explain_missing(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) return "IDX files; images in one sub-folder a label cannot be read yet";
  }
  return "a folder with train-images*, train-labels*, t10k-images*, t10k-labels*, each with or without .gz";
}

std::string find_file(const std::string& folder, const std::string& prefix) {
  const auto names = files_with(folder, prefix);
  if (names.empty())
    refuse(printable(folder), "no file " + prefix + "*", "the four IDX files", explain_missing(folder));
  if (names.size() > 1) {
    refuse(printable(folder), printable(names[0]) + " and " + printable(names[1]), "one file " + prefix + "*",
           "move the others away");
  }
  return (fs::path(folder) / names[0]).string();
}

}  // namespace

Dataset read_idx_pair(const std::string& images, const std::string& labels, std::int64_t classes) {
  Tensor numbers = read_idx_file(images);
  return pair(images, std::move(numbers), labels, read_idx_file(labels), classes);
}

bool is_idx_folder(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && !files_with(folder, "train-images").empty();
}

TrainTest read_idx(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    refuse(printable(folder), error ? error.message() : "no folder", "a folder with IDX files");
  }
  const std::string train_images = find_file(folder, "train-images");
  const std::string train_labels = find_file(folder, "train-labels");
  const std::string test_images = find_file(folder, "t10k-images");
  const std::string test_labels = find_file(folder, "t10k-labels");

  // Unpacking the training images is nearly all of the time, so they have a thread of their own.
  std::optional<std::future<Tensor>> apart;
  try {
    apart = std::async(std::launch::async, read_idx_file, train_images);
  } catch (const std::system_error&) {  // no thread to be had: one after the other
  }
  const Tensor labels = read_idx_file(train_labels);
  Tensor unseen_images = read_idx_file(test_images);
  const Tensor unseen_labels = read_idx_file(test_labels);
  TrainTest out;
  out.train = pair(train_images, apart ? apart->get() : read_idx_file(train_images), train_labels, labels, 0);
  out.test = pair(test_images, std::move(unseen_images), test_labels, unseen_labels, out.train.classes());
  if (out.train.features.shape().with(0, 0) != out.test.features.shape().with(0, 0)) {
    refuse(printable(test_images), "images " + to_string(out.test.features.shape()),
           "the size of the training images, " + to_string(out.train.features.shape()));
  }
  return out;
}

}  // namespace gradus::data
