#include "gradus/learn/data/dataset.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace gradus::data {
namespace {

Tensor take_rows(const Tensor& from, std::span<const std::int64_t> rows) {
  const std::int64_t all = from.shape().rank() ? from.shape()[0] : 0;
  if (all == 0 && rows.empty()) return from;
  Tensor out(from.dtype(), from.shape().with(0, static_cast<std::int64_t>(rows.size())));
  if (rows.empty()) return out;
  const std::size_t row_bytes = from.bytes() / static_cast<std::size_t>(std::max<std::int64_t>(all, 1));
  auto* to = static_cast<std::byte*>(out.data());
  for (const std::int64_t row : rows) {
    if (row < 0 || row >= all) {
      throw UserError(Fault::usage, Report{"dataset", "row " + std::to_string(row),
                                           all == 0 ? "none: it has no rows" : "0 to " + std::to_string(all - 1),
                                           all == 0 ? "no rows" : "0, the first"});
    }
    std::memcpy(to, static_cast<const std::byte*>(from.data()) + static_cast<std::size_t>(row) * row_bytes, row_bytes);
    to += row_bytes;
  }
  return out;
}

}  // namespace

std::int64_t Dataset::row_size() const {
  std::int64_t size = 1;
  for (int axis = 1; axis < features.shape().rank(); ++axis) size *= features.shape()[axis];
  return size;
}

const Input* find_input(const Dataset& dataset, std::string_view name) {
  const auto at =
      std::find_if(dataset.inputs.begin(), dataset.inputs.end(), [&](const auto& i) { return i.name == name; });
  return at == dataset.inputs.end() ? nullptr : &*at;
}

Dataset target_alone(const Dataset& dataset, std::size_t i) {
  const Target& target = dataset.several[i];
  Dataset out;
  out.source = dataset.source;
  out.task = target.task;
  out.has_targets = dataset.has_targets;
  out.targets = target.values;
  out.class_names = target.class_names;
  return out;
}

namespace {

void check_names(const Dataset& dataset, const std::string& place) {
  std::set<std::string_view> inputs{"features"}, targets;
  const auto refuse = [&](const std::string& what, const std::string& name) {
    throw UserError(Fault::data,
                    Report{place, what + (name.empty() ? " without a name" : " " + printable(name) + " twice"),
                           "a name of its own for each", name.empty() ? "\"x\"" : printable(name) + "_2"});
  };
  for (const Input& input : dataset.inputs) {
    if (input.name.empty() || !inputs.insert(input.name).second) refuse("an input", input.name);
  }
  for (const Target& target : dataset.several) {
    if (target.name.empty() || !targets.insert(target.name).second) refuse("a target", target.name);
  }
}

void check_inputs(const Dataset& dataset, const std::string& place) {
  for (const Input& input : dataset.inputs) {
    const Type& type = input.values.type();
    const bool known = type.dtype == DType::f32 || type.dtype == DType::f64 || type.dtype == DType::u8 || input.codes();
    const bool shaped = type.shape.rank() > 1 && type.shape[0] == dataset.rows() && input.shape().count() > 0;
    if (known && shaped) continue;
    throw UserError(Fault::data, Report{place, "input " + printable(input.name) + " " + to_string(type),
                                        "f32, f64, u8, or i64 for codes, [" + std::to_string(dataset.rows()) + ", ...]",
                                        "Tensor(DType::f32, Shape{" + std::to_string(dataset.rows()) + ", 1})"});
  }
}

}  // namespace

void check(const Dataset& dataset) {
  check_names(dataset, dataset.source.empty() ? "dataset" : printable(dataset.source));
  check_inputs(dataset, dataset.source.empty() ? "dataset" : printable(dataset.source));
  for (std::size_t i = 0; dataset.has_targets && i < dataset.several.size(); ++i) {
    Dataset alone = target_alone(dataset, i);
    alone.features = Tensor(DType::f32, {dataset.rows(), 0});
    alone.source = (dataset.source.empty() ? "dataset" : dataset.source) + ", target " + dataset.several[i].name;
    check(alone);
  }
  const auto refuse = [&](const std::string& what, const Type& found, const std::string& expected,
                          const std::string& remedy) {
    const std::string place = dataset.source.empty() ? "dataset" : printable(dataset.source);
    throw UserError(Fault::data, Report{place, what + " " + to_string(found), expected, remedy});
  };
  const std::string rows = std::to_string(dataset.rows());
  const Type &features = dataset.features.type(), &targets = dataset.targets.type();
  if (features.dtype == DType::bf16)
    refuse("features", features, "f32 or f64, or bytes of images as u8", "features.cast(DType::f32)");
  if (!dataset.has_targets || !dataset.several.empty()) return;
  const bool classes = dataset.task == Task::classification;
  const bool shaped = targets.shape.rank() == (classes ? 1 : 2) && targets.shape[0] == dataset.rows();
  if (classes && (targets.dtype != DType::i64 || !shaped))
    refuse("targets", targets, "class numbers i64[" + rows + "]",
           "Tensor(DType::i64, Shape{" + rows + "}) with a class number for each row");
  const bool numbers = targets.dtype == DType::f32 || targets.dtype == DType::f64;
  if (!classes && (!numbers || !shaped))
    refuse("targets", targets, "numbers f32 or f64 [" + rows + ",1]",
           "Tensor(DType::f32, Shape{" + rows + ", 1}) with a number for each row");
}

Dataset take(const Dataset& dataset, std::span<const std::int64_t> rows) {
  Dataset out;
  out.source = dataset.source;
  out.features = take_rows(dataset.features, rows);
  out.divisor = dataset.divisor;
  out.task = dataset.task;
  out.has_targets = dataset.has_targets;
  if (dataset.has_targets && dataset.several.empty()) out.targets = take_rows(dataset.targets, rows);
  for (const Input& input : dataset.inputs) {
    out.inputs.push_back({input.name, take_rows(input.values, rows), input.divisor, input.names});
  }
  for (const Target& target : dataset.several) {
    out.several.push_back({target.name, target.task, Tensor(), target.class_names});
    if (dataset.has_targets) out.several.back().values = take_rows(target.values, rows);
  }
  out.class_names = dataset.class_names;
  out.feature_names = dataset.feature_names;
  return out;
}

}  // namespace gradus::data
