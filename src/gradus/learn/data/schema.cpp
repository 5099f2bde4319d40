#include "gradus/learn/data/schema.hpp"

#include <algorithm>
#include <unordered_map>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

std::int64_t ColumnEncoding::feature_count() const {
  if (numeric()) return 1;
  return categories.size() < 2 ? 0 : static_cast<std::int64_t>(categories.size());
}

std::int64_t Schema::feature_count() const {
  if (!is_table()) return image.count();
  std::int64_t count = 0;
  for (const ColumnEncoding& column : columns) count += column.feature_count();
  return count;
}

std::int64_t Schema::output_count() const {
  return target.task == Task::classification ? static_cast<std::int64_t>(target.classes.size()) : 1;
}

std::vector<std::string> Schema::feature_names() const {
  std::vector<std::string> names;
  for (const ColumnEncoding& column : columns) {
    if (column.numeric()) names.push_back(column.name);
    else if (column.feature_count() > 0) {
      for (const std::string& category : column.categories) names.push_back(column.name + "=" + category);
    }
  }
  return names;
}

ReadColumns reading(const FitOptions& options) {
  return [options](std::span<const std::string> names) {
    const std::string target = options.target.empty() && !names.empty() ? names.back() : options.target;
    const auto is_in = [](const std::vector<std::string>& list, const std::string& name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    std::vector<ReadAs> out;
    for (const std::string& name : names) {
      if (is_in(options.categorical, name)) out.push_back(ReadAs::literal);
      else if (is_in(options.ignore, name)) out.push_back(ReadAs::nothing);
      else if (name != target || !options.task) out.push_back(ReadAs::looks);
      else out.push_back(options.task == Task::classification ? ReadAs::text : ReadAs::number);
    }
    return out;
  };
}

ReadColumns reading(const Schema& schema, WantTarget target) {
  std::unordered_map<std::string, ReadAs> types;
  for (const ColumnEncoding& column : schema.columns) {
    if (column.used()) types.emplace(column.name, column.read);
  }
  if (target != WantTarget::no) types.emplace(schema.target.name, schema.target.read);
  return [types](std::span<const std::string> names) {
    std::vector<ReadAs> out;
    for (const std::string& name : names) {
      const auto found = types.find(name);
      out.push_back(found == types.end() ? ReadAs::nothing : found->second);
    }
    return out;
  };
}

Schema image_schema(const Dataset& images) {
  if (images.features.shape().rank() < 2) {
    throw UserError(Fault::usage,
                    Report{"image_schema", "features " + to_string(images.features.type()),
                           "images [rows, height, width]", "reshaped({rows, height, width}) of the features"});
  }
  Schema schema;
  schema.image = Shape(images.features.shape().sizes().subspan(1));
  schema.divisor = images.divisor;
  schema.target.task = images.task;
  schema.target.classes = images.class_names;
  return schema;
}

void require_images(const Schema& schema, const Dataset& images) {
  const std::string place = printable(images.source);
  if (schema.is_table())
    throw UserError(Fault::data, Report{place, "images", "a table, as the model was trained on", "a CSV file"});
  const Shape size(images.features.shape().sizes().subspan(1));
  if (size != schema.image || images.divisor != schema.divisor) {
    throw UserError(Fault::data, Report{place, "images " + to_string(size),
                                        "images " + to_string(schema.image) + ", as the model was trained on",
                                        "images scaled to that size, of pixels from 0 to 255"});
  }
}

}  // namespace gradus::data
