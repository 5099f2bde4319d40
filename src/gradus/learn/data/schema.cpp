#include "gradus/learn/data/schema.hpp"

#include <algorithm>
#include <unordered_map>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

bool ColumnEncoding::used() const {
  if (kind().cells == Cells::nothing || feature_count() == 0) return false;
  return gaps.in_training || !numeric() || scaling.deviation > 0;
}

bool TargetEncoding::linear() const { return recipe.kind == standard_encoder().kind; }

std::int64_t Schema::feature_count(std::string_view input) const {
  if (!is_table()) return input.empty() ? image.count() : 0;
  std::int64_t count = 0;
  for (const ColumnEncoding& column : columns) count += column.input == input ? column.feature_count() : 0;
  return count;
}

std::vector<std::string> Schema::inputs() const {
  std::vector<std::string> out;
  for (const ColumnEncoding& column : columns) {
    if (column.input.empty() || !column.used() || std::find(out.begin(), out.end(), column.input) != out.end())
      continue;
    out.push_back(column.input);
  }
  return out;
}

bool Schema::is_codes(std::string_view input) const {
  return std::all_of(columns.begin(), columns.end(), [&](const ColumnEncoding& column) {
    return column.input != input || !column.used() || column.kind().codes;
  });
}

std::int64_t Schema::output_count() const {
  return target.task == Task::classification ? static_cast<std::int64_t>(target.classes.size()) : 1;
}

std::vector<std::string> Schema::feature_names(std::string_view input) const {
  std::vector<std::string> names;
  for (const ColumnEncoding& column : columns) {
    if (column.input != input) continue;
    column.kind().names(column.recipe.keys, column, column.name, names);
    if (column.marks_gaps()) names.push_back(column.name + " is missing");
  }
  return names;
}

ReadColumns reading(const FitOptions& options) {
  return [options](std::span<const std::string> names) {
    const std::string target =
        options.target.empty() && options.targets.empty() && !names.empty() ? names.back() : options.target;
    const auto is_in = [](const std::vector<std::string>& list, const std::string& name) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    std::vector<ReadAs> out;
    for (const std::string& name : names) {
      const auto rule = std::find_if(options.columns.begin(), options.columns.end(),
                                     [&](const ColumnRule& one) { return one.name == name && one.encoder; });
      const Cells cells = rule == options.columns.end() ? Cells::numbers : rule->encoder.of().cells;
      if (is_in(options.categorical, name)) out.push_back(ReadAs::literal);
      else if (is_in(options.ignore, name) || cells == Cells::nothing) out.push_back(ReadAs::nothing);
      else if (cells == Cells::texts || cells == Cells::dates) out.push_back(ReadAs::text);
      else if (name != target && !is_in(options.targets, name)) out.push_back(ReadAs::looks);
      else if (options.task) out.push_back(options.task == Task::classification ? ReadAs::text : ReadAs::looks);
      else out.push_back(options.log_target ? ReadAs::looks : ReadAs::looks_or_two);
    }
    return out;
  };
}

ReadColumns reading(const Schema& schema, WantTarget target) {
  std::unordered_map<std::string, ReadAs> types;
  for (const ColumnEncoding& column : schema.columns) {
    if (column.used()) types.emplace(column.name, column.read);
  }
  for (const TargetEncoding& one : schema.targets()) {
    if (target != WantTarget::no) types.emplace(one.name, one.read);
  }
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
