#include "gradus/app/cli/predict/prediction_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/learn/data/csv/missing_marks.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/nn/scores.hpp"

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

std::string csv_head(const TrainedModel& model, const PredictionFormat& format) {
  const std::string target = target_name(schema_of(model));
  std::string out = csv_field(target);
  if (model.task == data::Task::classification) out += ",probability";
  if (format.error) out += ",from,to";
  for (std::size_t of = 0; format.probabilities && of < model.class_names.size(); ++of) {
    out += "," + csv_field(target + "=" + model.class_names[of]);
  }
  return out + "\n";
}

json::Value json_frame(const TrainedModel& model) {
  json::Object out{
      {"schema", "gradus.predict/1"}, {"target", target_name(schema_of(model))}, {"predictions", json::Array()}};
  if (model.task == data::Task::classification)
    out["classes"] = json::Array(model.class_names.begin(), model.class_names.end());
  return out;
}

}  // namespace

PredictionText::PredictionText(const TrainedModel& model, PredictionFormat format) : model_(model), format_(format) {
  if (!format.json) {
    head_ = csv_head(model, format);
    for (const std::string& name : model.class_names) fields_.push_back(csv_field(name));
    return;
  }
  const std::string list = "\"predictions\": [";
  const std::string frame = json::write(json_frame(model), 2) + "\n";
  const std::size_t at = frame.find(list) + list.size();
  head_ = frame.substr(0, at);
  tail_ = frame.substr(at);
}

std::string PredictionText::csv_row(const Tensor& predicted, const Tensor& encoded, std::int64_t row) const {
  if (model_.task == data::Task::regression) {
    std::string out = number_text(predicted.number(row));
    if (format_.error) {
      const auto [from, to] = interval_in_units(model_, encoded, row, *format_.error);
      out += "," + number_text(from) + "," + number_text(to);
    }
    return out + "\n";
  }
  const std::int64_t chosen = nn::class_of(predicted, row), columns = predicted.shape()[1];
  std::string out = (chosen < 0 ? "" : fields_[static_cast<std::size_t>(chosen)]) + ",";
  out += number_text(chosen_probability(predicted, row, chosen));
  for (std::int64_t of = 0; format_.probabilities && of < columns; ++of) {
    out += "," + number_text(predicted.number(row * columns + of));
  }
  return out + "\n";
}

std::string PredictionText::json_row(const Tensor& predicted, const Tensor& encoded, std::int64_t row) const {
  if (model_.task == data::Task::regression) {
    if (!format_.error) return json::write(predicted.number(row), 2);
    const auto [from, to] = interval_in_units(model_, encoded, row, *format_.error);
    return json::write(json::Object{{"value", predicted.number(row)}, {"from", from}, {"to", to}}, 2);
  }
  const std::int64_t chosen = nn::class_of(predicted, row), columns = predicted.shape()[1];
  json::Object out{
      {"class", chosen < 0 ? json::Value() : json::Value(model_.class_names[static_cast<std::size_t>(chosen)])},
      {"probability", chosen_probability(predicted, row, chosen)}};
  json::Array all;
  for (std::int64_t of = 0; of < columns; ++of) all.emplace_back(predicted.number(row * columns + of));
  if (format_.probabilities) out["probabilities"] = all;
  return json::write(out, 2);
}

/// One more row of the list.
std::string PredictionText::in_list(const std::string& row) {
  std::string out = any_ ? ",\n    " : "\n    ";
  if (!any_) tail_ = "\n  " + tail_;
  any_ = true;
  for (const char c : row) out += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return out;
}

std::string PredictionText::rows(const Tensor& predicted, const Tensor& encoded, std::int64_t first,
                                 std::int64_t last) {
  std::string out;
  for (std::int64_t row = first; row < last; ++row) {
    out += format_.json ? in_list(json_row(predicted, encoded, row)) : csv_row(predicted, encoded, row);
  }
  return out;
}

std::string PredictionText::row_without() {
  const bool classes = model_.task == data::Task::classification;
  const Tensor nothing = Tensor::full({DType::f64, {1, classes ? std::ssize(model_.class_names) : 1}}, NAN);
  return rows(nothing, nothing, 0, 1);
}

}  // namespace gradus::cli
