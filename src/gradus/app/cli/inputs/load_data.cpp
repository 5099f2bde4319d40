#include "gradus/app/cli/inputs/load_data.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>

#include "gradus/app/cli/inputs/load_images.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "gradus/learn/data/images/image_files.hpp"
#include "gradus/learn/data/images/image_folder.hpp"
#include "gradus/learn/data/leaks.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/train/known_classes.hpp"

namespace gradus::cli {
namespace {

namespace fs = std::filesystem;

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

void append(data::Notes& to, const data::Notes& from) { to.insert(to.end(), from.begin(), from.end()); }

/// The file in `folder` whose name begins with `prefix`; the first by name when there are several.
std::string find_file(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().filename().string().starts_with(prefix)) found.push_back(entry.path().string());
  }
  if (found.empty()) {
    throw UserError(Fault::data, Report{printable(folder), error ? error.message() : "no file called " + prefix + "*",
                                        "a folder with images, or with t10k-images* and t10k-labels*",
                                        "the folder of the images, or the name of an IDX file"});
  }
  return *std::min_element(found.begin(), found.end());
}

/// "x-labels-idx1" beside "x-images-idx3".
std::string labels_beside(const std::string& images) {
  const std::string name = fs::path(images).filename().string();
  const std::size_t at = name.find("images");
  if (at == std::string::npos) {
    throw UserError(Fault::data, Report{printable(images), "a file without \"images\" in its name",
                                        "NAME-images*, whose labels are then in NAME-labels*", "the folder of both"});
  }
  return find_file(fs::path(images).parent_path().empty() ? "." : fs::path(images).parent_path().string(),
                   name.substr(0, at) + "labels");
}

/// Warns of what makes numbers look better than they are.
void find_leaks(const data::Table& table, const TrainingData& data, const Settings& settings, data::Notes& notes) {
  data::find_class_copies(table, data.schema, data.split.train, notes);
  data::find_shared_rows(data.rows, data.split, notes);
  const bool at_random = !settings.split_by && !settings.time_column && !data.split.validation.empty();
  if (at_random) data::find_time_order(table, data.schema, notes);
}

void refuse_image_size(const Settings& settings, const std::string& found) {
  if (!settings.image_size) return;
  throw UserError(Fault::usage,
                  Report{"--image-size", found, "a folder of PNG or JPEG images", "gradus train without --image-size"});
}

TrainingData load_table(const std::string& path, const Settings& settings) {
  refuse_image_size(settings, "a table, which has no images");
  const TrainingTable read = read_training_table(path, settings);
  std::vector<std::int64_t> all(static_cast<std::size_t>(read.table.rows));
  std::iota(all.begin(), all.end(), 0);
  TrainingData out = fit_training_table(read, all, settings);
  out.notes.insert(out.notes.begin(), read.notes.begin(), read.notes.end());
  find_leaks(read.table, out, settings, out.notes);
  return out;
}

void refuse_table_settings(const Settings& settings) {
  const auto refuse = [](const std::string& flag) {
    throw UserError(Fault::usage, Report{flag, "a folder of images, which has no columns", "a CSV file",
                                         "gradus train without " + flag});
  };
  if (settings.target) refuse("--target");
  if (settings.ignore) refuse("--ignore");
  if (settings.categorical) refuse("--categorical");
  if (settings.keep) refuse("--keep");
  if (!settings.columns.empty()) refuse("--set columns." + settings.columns.front().name);
  if (settings.inputs) refuse("--inputs");
  if (settings.log_target) refuse("--log-target");
  if (settings.split_by) refuse("--split-by");
  if (settings.time_column) refuse("--time-column");
  if (settings.numbers.said()) refuse("--numbers");
  if (settings.task == data::Task::regression) refuse("--task");
}

}  // namespace

std::vector<std::string> files_of_data(const std::string& path) {
  std::vector<std::string> out{path};
  const std::size_t at = fs::path(path).filename().string().find("images");
  const fs::path folder = is_folder(path) ? fs::path(path) : fs::path(path).parent_path();
  if (!is_folder(path) && at == std::string::npos) return out;
  const std::string labels = fs::path(path).filename().string().substr(0, at) + "labels";
  std::error_code error;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool is_read =
        is_folder(path) ? name.starts_with("train-") || name.starts_with("t10k-") : name.starts_with(labels);
    if (is_read) out.push_back(it->path().string());
  }
  if (!is_folder(path) || out.size() > 1 || !data::is_image_folder(path)) return out;
  for (const data::ImageFile& image : data::find_images(path).files) out.push_back(image.path);
  return out;
}

TrainingData load_for_training(const std::string& path, const Settings& settings) {
  if (!is_folder(path)) return load_table(path, settings);
  const bool idx = data::is_idx_folder(path);
  if (!idx && !data::is_image_folder(path)) {
    throw UserError(Fault::data,
                    Report{printable(path), "a folder without images",
                           "a CSV file, a folder with PNG or JPEG images in one sub-folder a label, or one with "
                           "train-images*, train-labels*, t10k-images* and t10k-labels*",
                           "gradus train examples/data/cars.csv --target price"});
  }
  refuse_table_settings(settings);
  if (!idx) return load_image_folder(path, settings);
  refuse_image_size(settings, "a folder of IDX files, which say what size their images have");
  data::TrainTest both = data::read_idx(path);
  TrainingData out;
  out.split = choose_split(both.train.rows(), both.train.targets.as<std::int64_t>(), settings);
  out.schema = data::image_schema(both.train);
  out.notes = compare_labels(both.train, both.test);
  out.rows = std::move(both.train);
  out.test = std::move(both.test);
  return out;
}

std::string image_text(const Shape& image) {
  std::string out;
  for (const std::int64_t size : image) out += (out.empty() ? "" : " x ") + std::to_string(size);
  return out + " numbers" + (image.rank() == 3 ? " (red, green, blue; height; width)" : "");
}

const data::Schema& schema_of(const TrainedModel& model) {
  if (model.schema) return *model.schema;
  throw UserError(Fault::model_file, Report{"the model", "no schema (it was trained on numbers inside a program)",
                                            "a model from gradus train", "evaluate() and predict() of the library"});
}

namespace {

data::CsvOptions options_for_model(const TrainedModel& model, const std::string& path, data::WantTarget target,
                                   const data::RuleChoices& rules) {
  const data::Schema& schema = schema_of(model);
  if (is_folder(path)) {
    throw UserError(Fault::data,
                    Report{printable(path), "a folder", "a CSV file, since the model was trained on a table",
                           "the path of a CSV file in it"});
  }
  data::CsvOptions options;
  options.rules = rules;
  options.minimum_columns = 1;
  options.minimum_rows = target == data::WantTarget::no ? 0 : 1;
  options.read = data::reading(schema, target);
  options.limits.distinct = options.limits.distinct_in_all = std::numeric_limits<std::int32_t>::max();
  options.before = schema.rules.value_or(data::ReadingRules{});
  return options;
}

}  // namespace

data::TableStream stream_for_model(const TrainedModel& model, const std::string& path, const data::RuleChoices& rules) {
  return {path, options_for_model(model, path, data::WantTarget::no, rules)};
}

Rows load_for_model(const TrainedModel& model, const std::string& path, data::WantTarget target, KeepTable keep,
                    const data::RuleChoices& rules) {
  const data::Schema& schema = schema_of(model);
  Rows out;
  if (schema.is_table()) {
    data::Table table = data::read_csv(path, options_for_model(model, path, target, rules));
    out.notes = table.notes;
    std::vector<std::string> targets;
    for (const data::TargetEncoding& one : schema.targets()) {
      if (table.find(one.name) != nullptr) targets.push_back(one.name);
    }
    if (target == data::WantTarget::any) out.dropped = data::drop_rows_without_targets(table, targets, out.notes);
    data::Encoded encoded = data::encode(schema, table, model.network.dtype, target);
    append(out.notes, encoded.notes);
    out.dataset = std::move(encoded.dataset);
    if (keep == KeepTable::yes) out.table = std::move(table);
    return out;
  }
  if (are_pictures({&path, 1})) return load_pictures(model, {&path, 1}, target, available_cores());
  const std::string images = is_folder(path) ? find_file(path, "t10k-images") : path;
  if (target != data::WantTarget::no) {
    out.dataset = data::read_idx_pair(images, labels_beside(images), schema.target.classes);
  } else {
    out.dataset.source = images;
    out.dataset.features = data::read_idx_file(images);
    out.dataset.divisor = schema.divisor;
    out.dataset.task = data::Task::classification;
    out.dataset.class_names = schema.target.classes;
  }
  data::require_images(schema, out.dataset);
  return out;
}

}  // namespace gradus::cli
