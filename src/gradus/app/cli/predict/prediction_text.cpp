#include "gradus/app/cli/predict/prediction_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/learn/data/csv/missing_marks.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/nn/scores.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/intervals.hpp"

namespace gradus::cli {
namespace {

/// A field of a CSV file, in double quotes when it needs them; a text NA too, which is read as missing without.
std::string csv_field(std::string_view text) {
  const bool plain = !data::is_missing(text) && text.find_first_of(",;\t|\"\r\n") == std::string_view::npos &&
                     text.front() != ' ' && text.back() != ' ';
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// The shortest text that reads back as the same number; "nan" without a sign.
std::string number_text(double value) { return std::isnan(value) ? "nan" : fmt::format("{}", value); }

/// The probability of the class that was chosen for a row; not a number where none could be.
double chosen_probability(const Tensor& predicted, std::int64_t row, std::int64_t chosen) {
  return chosen < 0 ? NAN : predicted.number(row * predicted.shape()[1] + chosen);
}

std::string target_name(const data::Schema& schema) {
  return schema.target.name.empty() ? "class" : schema.target.name;
}

const std::string list = "\"predictions\": [";

}  // namespace

PredictionText::PredictionText(const TrainedModel& model, PredictionFormat format) : model_(model), format_(format) {
  for (std::size_t i = 0; i < model.targets.size(); ++i) several_.push_back(target_model(model, i));
  for (const TrainedModel& one : several_) targets_.push_back({&one});
  if (several_.empty()) targets_.push_back({&model});
  for (OneTarget& one : targets_) {
    for (const std::string& name : one.model->class_names) one.fields.push_back(csv_field(name));
  }
}

std::string PredictionText::csv_head(const OneTarget& of) const {
  const std::string target = target_name(schema_of(*of.model));
  std::string out = csv_field(target);
  const bool classes = of.model->task == data::Task::classification;
  if (classes) out += "," + csv_field(alone() ? "probability" : target + " probability");
  if (format_.error) out += ",from,to";
  for (std::size_t i = 0; classes && format_.probabilities && i < of.fields.size(); ++i) {
    out += "," + csv_field(target + "=" + of.model->class_names[i]);
  }
  return out;
}

json::Object PredictionText::frame(const OneTarget& of) const {
  json::Object out{{"target", target_name(schema_of(*of.model))}, {"predictions", of.rows}};
  if (of.model->task == data::Task::classification)
    out["classes"] = json::Array(of.model->class_names.begin(), of.model->class_names.end());
  return out;
}

std::string PredictionText::head() const {
  if (format_.json) {
    if (!alone()) return "";
    const std::string text = json::write(document(), 2);
    return text.substr(0, text.find(list) + list.size());
  }
  std::string out = format_.files ? "file" : "";
  for (const OneTarget& one : targets_) out += (out.empty() ? "" : ",") + csv_head(one);
  return out + "\n";
}

json::Object PredictionText::document() const {
  json::Object all{{"schema", "gradus.predict/1"}};
  if (alone()) {
    for (const auto& [key, value] : frame(targets_[0])) all[key] = value;
    return all;
  }
  json::Array targets;
  for (const OneTarget& one : targets_) targets.emplace_back(frame(one));
  all["targets"] = std::move(targets);
  return all;
}

std::string PredictionText::tail() const {
  if (!format_.json) return "";
  const std::string text = json::write(document(), 2) + "\n";
  return alone() ? (any_ ? "\n  " : "") + text.substr(text.find(list) + list.size()) : text;
}

std::string PredictionText::csv_fields(const OneTarget& of, const Tensor& predicted, const Tensor& encoded,
                                       std::int64_t row) const {
  if (of.model->task == data::Task::regression) {
    std::string out = number_text(predicted.number(row));
    if (format_.error) {
      const auto [from, to] = interval_in_units(*of.model, encoded, row, *format_.error);
      out += "," + number_text(from) + "," + number_text(to);
    }
    return out;
  }
  const std::int64_t chosen = nn::class_of(predicted, row), columns = predicted.shape()[1];
  std::string out = (chosen < 0 ? "" : of.fields[static_cast<std::size_t>(chosen)]) + ",";
  out += number_text(chosen_probability(predicted, row, chosen));
  for (std::int64_t i = 0; format_.probabilities && i < columns; ++i) {
    out += "," + number_text(predicted.number(row * columns + i));
  }
  return out;
}

json::Value PredictionText::json_row(const OneTarget& of, const Tensor& predicted, const Tensor& encoded,
                                     std::int64_t row) const {
  if (of.model->task == data::Task::regression) {
    if (!format_.error) return predicted.number(row);
    const auto [from, to] = interval_in_units(*of.model, encoded, row, *format_.error);
    return json::Object{{"value", predicted.number(row)}, {"from", from}, {"to", to}};
  }
  const std::int64_t chosen = nn::class_of(predicted, row), columns = predicted.shape()[1];
  json::Object out{
      {"class", chosen < 0 ? json::Value() : json::Value(of.model->class_names[static_cast<std::size_t>(chosen)])},
      {"probability", chosen_probability(predicted, row, chosen)}};
  json::Array all;
  for (std::int64_t i = 0; i < columns; ++i) all.emplace_back(predicted.number(row * columns + i));
  if (format_.probabilities) out["probabilities"] = all;
  return out;
}

/// One more row of the list.
std::string PredictionText::in_list(const json::Value& row) {
  std::string out = any_ ? ",\n    " : "\n    ";
  any_ = true;
  for (const char c : json::write(row, 2)) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out;
}

std::string PredictionText::next_name() {
  require(!names_.empty(), "a row without the file that it is of");
  const std::string& name = names_.front();
  names_ = names_.subspan(1);
  return name;
}

std::string PredictionText::row(std::span<const Tensor> predicted, const Tensor& encoded, std::int64_t row) {
  const std::string name = format_.files ? next_name() : "";
  std::string out = format_.files && !format_.json ? csv_field(name) : "";
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    if (!format_.json) {
      out += (i > 0 || format_.files ? "," : "") + csv_fields(targets_[i], predicted[i], encoded, row);
      continue;
    }
    json::Value one = json_row(targets_[i], predicted[i], encoded, row);
    if (format_.files) {
      if (!one.is_object()) one = json::Object{{"value", one}};
      json::Object with_file = one.object();
      with_file["file"] = name;
      one = std::move(with_file);
    }
    if (alone()) out += in_list(one);
    else targets_[i].rows.push_back(std::move(one));
  }
  return format_.json ? out : out + "\n";
}

std::vector<Tensor> PredictionText::in_units_of_each(const Tensor& encoded) const {
  if (model_.targets.empty()) return {in_units(model_, encoded)};
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    out.push_back(in_units(*targets_[i].model, target_columns(model_, i, encoded)));
  }
  return out;
}

std::string PredictionText::rows(std::span<const Tensor> predicted, const Tensor& encoded, std::int64_t first,
                                 std::int64_t last) {
  std::string out;
  for (std::int64_t i = first; i < last; ++i) out += row(predicted, encoded, i);
  return out;
}

std::string PredictionText::row_without() {
  std::vector<Tensor> nothing;
  for (const OneTarget& one : targets_) {
    const bool classes = one.model->task == data::Task::classification;
    nothing.push_back(Tensor::full({DType::f64, {1, classes ? std::ssize(one.model->class_names) : 1}}, NAN));
  }
  return row(nothing, Tensor::full({DType::f64, {1, 1}}, NAN), 0);
}

}  // namespace gradus::cli
