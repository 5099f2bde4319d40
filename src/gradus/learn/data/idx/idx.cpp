#include "gradus/learn/data/idx/idx.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <future>
#include <optional>
#include <system_error>

namespace gradus::data {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

/// How often each label occurs.
using LabelCounts = std::array<std::int64_t, 256>;

LabelCounts count_labels(std::span<const std::uint8_t> labels) {
  LabelCounts counts{};
  for (const std::uint8_t label : labels) ++counts[label];
  return counts;
}

/// The label that a class is called by; nothing for a name that is no label.
std::optional<std::size_t> label_called(const std::string& name) {
  std::size_t label = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), label);
  const bool whole = error == std::errc() && stop == name.data() + name.size() && std::to_string(label) == name;
  return whole && label < 256 ? std::optional(label) : std::nullopt;
}

/// Class numbers of labels, and the names of the classes.
struct Classes {
  std::array<std::int64_t, 256> number_of;
  std::vector<std::string> names;
};

/// The classes of `known`, then the labels that occur and are none of them, from the smallest.
Classes find_classes(const LabelCounts& counts, std::span<const std::string> known) {
  Classes out;
  out.number_of.fill(-1);
  out.names.assign(known.begin(), known.end());
  const bool by_name =
      std::all_of(known.begin(), known.end(), [](const std::string& name) { return label_called(name).has_value(); });
  for (std::size_t i = 0; i < std::min<std::size_t>(known.size(), 256); ++i) {
    out.number_of[by_name ? *label_called(known[i]) : i] = static_cast<std::int64_t>(i);
  }
  for (std::size_t label = 0; label < counts.size(); ++label) {
    if (counts[label] == 0 || out.number_of[label] >= 0) continue;
    out.number_of[label] = std::ssize(out.names);
    out.names.push_back(std::to_string(label));
  }
  return out;
}

Dataset pair(const std::string& image_file, Tensor images, const std::string& label_file, const Tensor& labels,
             std::span<const std::string> known) {
  const std::string both = printable(image_file) + ", " + printable(label_file);
  if (images.shape().rank() == 1 && labels.shape().rank() == 3) {
    refuse(both, "labels where the images should be, and images where the labels should be", "them the other way round",
           "swap the two files");
  }
  if (images.shape().rank() != 3) {
    refuse(printable(image_file), to_string(images.shape()) + " numbers", "images [count, height, width]",
           "the file whose name has -images-idx3 in it");
  }
  if (labels.shape().rank() != 1)
    refuse(printable(label_file), to_string(labels.shape()) + " numbers", "labels [count]",
           "the file whose name has -labels-idx1 in it");
  const std::int64_t count = images.shape()[0];
  if (labels.count() != count) {
    refuse(both, std::to_string(count) + " images and " + std::to_string(labels.count()) + " labels", "as many of both",
           "the two files of one set, train-* or t10k-*");
  }
  Classes classes = find_classes(count_labels(labels.as<std::uint8_t>()), known);
  if (classes.names.size() < 2) {
    refuse(printable(label_file), "a single label, " + classes.names[0], "at least two classes",
           "images of another class too");
  }

  Dataset out;
  out.source = image_file;
  out.features = std::move(images);
  out.divisor = 255;
  out.task = Task::classification;
  out.has_targets = true;
  out.targets = Tensor(DType::i64, {count});
  const auto from = labels.as<std::uint8_t>();
  std::transform(from.begin(), from.end(), out.targets.as<std::int64_t>().begin(),
                 [&](std::uint8_t label) { return classes.number_of[label]; });
  out.class_names = std::move(classes.names);
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
  if (error) refuse(printable(folder), error.message(), "a folder that can be read", "chmod u+rx " + printable(folder));
  std::sort(names.begin(), names.end());
  std::erase_if(names, [all = names](const std::string& name) {
    return name.ends_with(".gz") && std::binary_search(all.begin(), all.end(), name.substr(0, name.size() - 3));
  });
  return names;
}

std::string find_file(const std::string& folder, const std::string& prefix) {
  const auto names = files_with(folder, prefix);
  if (names.empty())
    refuse(printable(folder), "no file " + prefix + "*", "the four IDX files",
           "a folder with train-images*, train-labels*, t10k-images*, t10k-labels*, each with or without .gz");
  if (names.size() > 1) {
    refuse(printable(folder), printable(names[0]) + " and " + printable(names[1]), "one file " + prefix + "*",
           "move the others away");
  }
  return (fs::path(folder) / names[0]).string();
}

}  // namespace

Dataset read_idx_pair(const std::string& images, const std::string& labels, std::span<const std::string> known) {
  Tensor numbers = read_idx_file(images);
  return pair(images, std::move(numbers), labels, read_idx_file(labels), known);
}

bool is_idx_folder(const std::string& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && !files_with(folder, "train-images").empty();
}

TrainTest read_idx(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    refuse(printable(folder), error ? error.message() : "no folder", "a folder with IDX files",
           "the folder that holds train-images-idx3-ubyte");
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
  out.train = pair(train_images, apart ? apart->get() : read_idx_file(train_images), train_labels, labels, {});
  out.test = pair(test_images, std::move(unseen_images), test_labels, unseen_labels, out.train.class_names);
  if (out.train.features.shape().with(0, 0) != out.test.features.shape().with(0, 0)) {
    refuse(printable(test_images), "images " + to_string(out.test.features.shape()),
           "the size of the training images, " + to_string(out.train.features.shape()),
           "the test images of the same set");
  }
  return out;
}

}  // namespace gradus::data
