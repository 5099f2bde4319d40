#include "gradus/app/cli/inputs/load_images.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "gradus/core/base/error.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "gradus/learn/data/images/image_files.hpp"
#include "gradus/learn/data/images/image_folder.hpp"
#include "gradus/learn/train/known_classes.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

int decoding_threads(const Settings& settings) {
  const std::int64_t said = settings.threads.value_or(0);
  return said > 0 ? static_cast<int>(std::min<std::int64_t>(said, available_cores())) : available_cores();
}

bool begins_as_picture(const std::string& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string start(8, '\0');
  if (file != nullptr) start.resize(std::fread(start.data(), 1, start.size(), file.get()));
  return data::picture_format(start) != data::PictureFormat::none;
}

}  // namespace

TrainingData load_image_folder(const std::string& path, const Settings& settings) {
  data::ImageFolder both = data::read_image_folder(path, settings.image_size, decoding_threads(settings));
  TrainingData out;
  out.notes = std::move(both.notes);
  out.split = choose_split(both.train.rows(), both.train.targets.as<std::int64_t>(), settings);
  out.schema = data::image_schema(both.train);
  if (both.test) {
    const data::Notes notes = compare_labels(both.train, *both.test);
    out.notes.insert(out.notes.end(), notes.begin(), notes.end());
  }
  out.rows = std::move(both.train);
  out.test = std::move(both.test);
  return out;
}

bool are_pictures(std::span<const std::string> paths) {
  if (paths.size() > 1) return true;
  std::error_code error;
  if (!fs::is_directory(paths[0], error)) return data::is_picture_name(paths[0]) || begins_as_picture(paths[0]);
  for (fs::directory_iterator it(paths[0], error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().starts_with("t10k-images")) return false;
  }
  return data::is_image_folder(paths[0]);
}

WantedImages wanted_images(const data::Schema& schema) {
  const Shape& image = schema.image;
  const bool color = image.rank() == 3 && image[0] == 3;
  if (image.rank() != 2 && !color) {
    throw UserError(Fault::model_file, Report{"the model", "images of " + image_text(image),
                                              "images of height x width numbers, gray, or of 3 x height x width",
                                              "predict() of the library"});
  }
  return {{image[image.rank() - 2], image[image.rank() - 1]}, color ? 3 : 1};
}

Rows load_pictures(const TrainedModel& model, std::span<const std::string> paths, data::WantTarget target,
                   int threads) {
  const data::Schema& schema = schema_of(model);
  wanted_images(schema);
  const data::ImageList list = data::list_images(paths, target != data::WantTarget::no);
  Rows out;
  out.notes = list.notes;
  out.dataset =
      data::read_listed(list, schema.image, target != data::WantTarget::no, schema.target.classes, threads, out.notes);
  data::require_images(schema, out.dataset);
  return out;
}

std::vector<std::string> data_operands(const Arguments& arguments, std::size_t first, const data::Schema& schema) {
  const std::vector<std::string>& all = arguments.operands();
  std::vector<std::string> out(all.begin() + static_cast<std::ptrdiff_t>(first), all.end());
  if (out.size() > 1 && schema.is_table()) {
    throw UserError(Fault::usage,
                    Report{"gradus " + arguments.verb(), std::to_string(out.size()) + " files for a model of a table",
                           "one table", "gradus " + arguments.verb() + " once for each file"});
  }
  return out;
}

data::Notes compare_labels(const data::Dataset& train, const data::Dataset& test) {
  std::vector<ClassRows> unseen;
  for (std::size_t i = train.class_names.size(); i < test.class_names.size(); ++i) {
    unseen.push_back({test.class_names[i], 0});
  }
  std::int64_t count = 0;
  for (const std::int64_t target : test.targets.as<std::int64_t>()) {
    if (target < train.classes()) continue;
    ++unseen[static_cast<std::size_t>(target - train.classes())].rows;
    ++count;
  }
  if (count == 0) return {};
  std::stable_sort(unseen.begin(), unseen.end(), [](const auto& a, const auto& b) { return a.rows > b.rows; });
  const std::string classes = unseen.size() == 1 ? "a class" : std::to_string(unseen.size()) + " classes";
  if (count == test.rows()) {
    throw UserError(Fault::data, Report{printable(test.source),
                                        "only labels that the training images do not have: " + list_classes(unseen),
                                        "labels that they have", "the labels that belong to these images"});
  }
  return {{true, printable(test.source) + ": " + std::to_string(count) + " of " + std::to_string(test.rows()) +
                     " images of " + classes + " that training never saw: " + list_classes(unseen) +
                     "; they count as wrong"}};
}

}  // namespace gradus::cli
