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

/// The two kinds that every model has had have their old names, so that releases before read them; of them only what
/// is not as by default is said.
std::string write_kind(const kinds::Recipe<EncoderKind>& recipe) {
  if (recipe == standard_encoder()) return "number";
  return recipe == one_hot_encoder() ? "category" : kinds::print_all(recipe);
}

kinds::Recipe<EncoderKind> read_kind(const std::string& text, EncoderKinds own) {
  if (text == "number") return standard_encoder();
  if (text == "category") return one_hot_encoder();
  try {
    return parse_encoder(text, own, "kind");
  } catch (const UserError& error) {
    throw UserError(Fault::model_file, error.what());
  }
}

void write_rule(json::Object& out, const CellRule& rule) {
  if (rule.form == CellRule::Form::unit) out["unit"] = json::Object{{"before", rule.before}, {"after", rule.after}};
  if (rule.form == CellRule::Form::date) out["date"] = name(rule.order);
}

CellRule read_rule(const json::Value& value) {
  CellRule out;
  if (const json::Value* unit = value.find("unit")) {
    out.form = CellRule::Form::unit;
    out.before = unit->at("before").text();
    out.after = unit->at("after").text();
  }
  if (const json::Value* date = value.find("date")) {
    out.form = CellRule::Form::date;
    bool known = false;
    for (const DateOrder order : {DateOrder::dmy, DateOrder::mdy, DateOrder::ymd}) {
      if (date->text() == name(order)) out.order = order, known = true;
    }
    if (!known) refuse("dates as \"" + printable(date->text()) + "\"", "dmy, mdy or ymd");
  }
  return out;
}

void write_state(json::Object& out, const Encoder& encoder) {
  const Cells cells = encoder.kind().cells;
  if (cells == Cells::numbers || cells == Cells::dates) out["scaling"] = write_scaling(encoder.scaling);
  if (cells == Cells::texts) out["categories"] = encoder.categories;
  if (encoder.other) out["other"] = true;
  if (!encoder.points.empty()) out["points"] = encoder.points;
}

void read_state(Encoder& out, const json::Value& value) {
  const Cells cells = out.kind().cells;
  if (cells == Cells::numbers || cells == Cells::dates) out.scaling = read_scaling(value.at("scaling"));
  if (cells == Cells::texts) out.categories = value.at("categories").texts();
  if (const json::Value* other = value.find("other")) out.other = other->truth();
  if (const json::Value* points = value.find("points")) {
    out.points = points->numbers();
    for (const double point : out.points) {
      if (!std::isfinite(point)) refuse("points that are not finite", "those of the training rows");
    }
  }
  const bool valid = out.kind().valid == nullptr ? out.points.empty() : out.kind().valid(out);
  if (!valid) refuse(std::to_string(out.points.size()) + " points", "those of " + std::string(out.kind().name));
}

json::Value write_column(const ColumnEncoding& column) {
  json::Object out{{"name", column.name}, {"kind", write_kind(column.recipe)}};
  write_state(out, column);
  write_reading(out, column.read);
  write_rule(out, column.rule);
  if (!column.input.empty()) out["input"] = column.input;
  if (column.kind().cells == Cells::nothing) return out;
  out["gaps"] = json::Object{{"fill", column.gaps.fill}, {"in_training", column.gaps.in_training}};
  return out;
}

ColumnEncoding read_column(const json::Value& value, EncoderKinds own) {
  ColumnEncoding out;
  out.name = value.at("name").text();
  out.recipe = read_kind(value.at("kind").text(), own);
  read_state(out, value);
  out.rule = read_rule(value);
  if (const json::Value* input = value.find("input")) out.input = input->text();
  const Cells cells = out.kind().cells;
  if (cells == Cells::texts || out.rule.form != CellRule::Form::number) out.read = read_reading(value);
  if (cells == Cells::nothing) return out;
  // Before gaps were filled: the mean, and none of the categories.
  out.gaps.fill = out.numeric() ? out.scaling.mean : -1;
  if (const json::Value* gaps = value.find("gaps")) {
    out.gaps = {gaps->at("fill").number(), gaps->at("in_training").truth()};
    const auto categories = static_cast<double>(out.categories.size());
    const bool known = out.numeric() ? std::isfinite(out.gaps.fill) : out.gaps.fill >= -1 && out.gaps.fill < categories;
    if (!known || (!out.numeric() && out.gaps.fill != std::floor(out.gaps.fill)))
      refuse("gaps filled by " + number_text(out.gaps.fill), "a number, or that of a category");
  }
  return out;
}

json::Value write_target(const TargetEncoding& target) {
  const bool classes = target.task == Task::classification;
  json::Object out{{"name", target.name}, {"task", classes ? "classification" : "regression"}};
  if (classes) out["classes"] = target.classes;
  else write_state(out, target);
  if (!classes && !target.linear()) out["encoder"] = write_kind(target.recipe);
  write_reading(out, target.read);
  write_rule(out, target.rule);
  return out;
}

TargetEncoding read_target(const json::Value& value, bool is_table, EncoderKinds own) {
  TargetEncoding out;
  if (const json::Value* encoder = value.find("encoder")) out.recipe = read_kind(encoder->text(), own);
  if (out.kind().decode == nullptr || out.kind().cells != Cells::numbers)
    refuse("a target encoded by " + std::string(out.kind().name), "an encoder that decodes numbers");
  out.rule = read_rule(value);
  out.name = value.at("name").text();
  const std::string& task = value.at("task").text();
  if (task != "classification" && task != "regression")
    refuse("task \"" + printable(task) + "\"", "classification or regression");
  out.task = task == "classification" ? Task::classification : Task::regression;
  const bool texts = out.task == Task::classification || out.rule.form != CellRule::Form::number;
  if (texts && is_table) out.read = read_reading(value);
  if (out.task == Task::classification) out.classes = value.at("classes").texts();
  else read_state(out, value);
  if (out.task == Task::regression && out.width() != 1)
    refuse("a target of " + std::to_string(out.width()) + " features", "one");
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
    if (schema.rules) out["reading"] = to_json(*schema.rules);
  } else {
    out["image"] = std::vector<std::int64_t>(schema.image.begin(), schema.image.end());
    out["divisor"] = schema.divisor;
  }
  if (schema.several.empty()) out["target"] = write_target(schema.target);
  json::Array targets;
  for (const TargetEncoding& target : schema.several) targets.push_back(write_target(target));
  if (!targets.empty()) out["targets"] = std::move(targets);
  return out;
}

Schema schema_from_json(const json::Value& value, EncoderKinds own) {
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
    for (const json::Value& column : value.at("columns").array()) out.columns.push_back(read_column(column, own));
    out.ignored = value.at("ignored").texts();
    if (const json::Value* rules = value.find("reading")) out.rules = rules_from_json(*rules);
  }
  if (const json::Value* targets = value.find("targets")) {
    for (const json::Value& target : targets->array()) out.several.push_back(read_target(target, out.is_table(), own));
    if (out.several.size() < 2) refuse(std::to_string(out.several.size()) + " of several targets", "two at least");
  } else {
    out.target = read_target(value.at("target"), out.is_table(), own);
  }
  return out;
}

}  // namespace gradus::data
