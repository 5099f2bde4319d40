#include <cmath>

#include "gradus/learn/data/schema.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& found, const std::string& expected) {
  throw UserError(Fault::model_file, Report{"schema", found, expected, "save the model again"});
}

json::Object write_scaling(const Scaling& scaling) {
  return {{"mean", scaling.mean},
          {"deviation", scaling.deviation},
          {"minimum", scaling.minimum},
          {"maximum", scaling.maximum}};
}

Scaling read_scaling(const json::Value& value) {
  const Scaling out{value.at("mean").number(), value.at("deviation").number(), value.at("minimum").number(),
                    value.at("maximum").number()};
  const bool finite = std::isfinite(out.mean) && std::isfinite(out.deviation) && std::isfinite(out.minimum) &&
                      std::isfinite(out.maximum);
  if (!finite || out.deviation < 0)
    refuse("a scaling that is not finite or negative", "mean and deviation of the training rows");
  return out;
}

/// Nothing for models from before the cells of texts were kept as they stand.
void write_reading(json::Object& out, ReadAs read) {
  if (read == ReadAs::text || read == ReadAs::literal) out["cells"] = read == ReadAs::text ? "text" : "literal";
}

ReadAs read_reading(const json::Value& value) {
  const json::Value* cells = value.find("cells");
  if (cells == nullptr) return ReadAs::looks;
  const std::string& text = cells->text();
  if (text != "text" && text != "literal") refuse("cells \"" + printable(text) + "\"", "text or literal");
  return text == "text" ? ReadAs::text : ReadAs::literal;
}

json::Value write_column(const ColumnEncoding& column) {
  json::Object out{{"name", column.name}, {"kind", column.numeric() ? "number" : "category"}};
  if (column.numeric()) out["scaling"] = write_scaling(column.scaling);
  else out["categories"] = column.categories;
  write_reading(out, column.read);
  return out;
}

ColumnEncoding read_column(const json::Value& value) {
  ColumnEncoding out;
  out.name = value.at("name").text();
  const std::string& kind = value.at("kind").text();
  if (kind != "number" && kind != "category") refuse("kind \"" + printable(kind) + "\"", "number or category");
  if (kind == "category") out.read = read_reading(value);
  if (out.numeric()) out.scaling = read_scaling(value.at("scaling"));
  else out.categories = value.at("categories").texts();
  return out;
}

json::Value write_target(const TargetEncoding& target) {
  const bool classes = target.task == Task::classification;
  json::Object out{{"name", target.name}, {"task", classes ? "classification" : "regression"}};
  if (classes) out["classes"] = target.classes;
  else out["scaling"] = write_scaling(target.scaling);
  write_reading(out, target.read);
  return out;
}

TargetEncoding read_target(const json::Value& value, bool is_table) {
  TargetEncoding out;
  out.name = value.at("name").text();
  const std::string& task = value.at("task").text();
  if (task != "classification" && task != "regression")
    refuse("task \"" + printable(task) + "\"", "classification or regression");
  out.task = task == "classification" ? Task::classification : Task::regression;
  if (out.task == Task::classification && is_table) out.read = read_reading(value);
  if (out.task == Task::classification) out.classes = value.at("classes").texts();
  else out.scaling = read_scaling(value.at("scaling"));
  if (out.task == Task::classification && out.classes.empty()) refuse("no classes", "at least one");
  return out;
}

}  // namespace

json::Value to_json(const Schema& schema) {
  json::Object out;
  if (schema.is_table()) {
    json::Array columns;
    for (const ColumnEncoding& column : schema.columns) columns.push_back(write_column(column));
    out["columns"] = std::move(columns);
    out["ignored"] = schema.ignored;
  } else {
    out["image"] = std::vector<std::int64_t>(schema.image.begin(), schema.image.end());
    out["divisor"] = schema.divisor;
  }
  out["target"] = write_target(schema.target);
  return out;
}

Schema schema_from_json(const json::Value& value) {
  Schema out;
  if (const json::Value* image = value.find("image")) {
    std::vector<std::int64_t> sizes;
    for (const json::Value& size : image->array()) sizes.push_back(size.integer());
    for (const std::int64_t size : sizes) {
      if (size < 1 || sizes.size() > max_rank || size > 1'000'000'000)
        refuse("an image size that is none", "height and width");
    }
    if (sizes.empty()) refuse("no image size", "height and width");
    out.image = Shape(sizes);
    out.divisor = value.at("divisor").number();
    if (!(out.divisor > 0)) refuse("divisor " + number_text(out.divisor), "a number above 0");
  } else {
    for (const json::Value& column : value.at("columns").array()) out.columns.push_back(read_column(column));
    out.ignored = value.at("ignored").texts();
  }
  out.target = read_target(value.at("target"), out.is_table());
  return out;
}

}  // namespace gradus::data
