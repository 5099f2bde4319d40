#include "gradus/learn/data/dataset_checks.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

/// Index of the first number that is NaN or infinite; the count where there is none.
template <class T> std::size_t find_not_finite(std::span<const T> numbers) {
  constexpr std::size_t block = 4096;  // summed without a branch: x - x is 0, or NaN for what is not finite
  for (std::size_t begin = 0; begin < numbers.size(); begin += block) {
    const auto part = numbers.subspan(begin, std::min(block, numbers.size() - begin));
    bool finite = true;
    for (const T x : part) finite &= x - x == T{0};
    if (finite) continue;
    const auto found = std::find_if(part.begin(), part.end(), [](T x) { return !std::isfinite(x); });
    return begin + static_cast<std::size_t>(found - part.begin());
  }
  return numbers.size();
}

std::string source_of(const Dataset& dataset) { return dataset.source.empty() ? "dataset" : printable(dataset.source); }

/// "cars.csv, row 3, feature "age"": `index` counts from 0 in a tensor of `width` numbers a row.
std::string place_of(const Dataset& dataset, const std::string& what, std::size_t index, std::size_t width,
                     const std::vector<std::string>& names) {
  const std::size_t column = index % width;
  std::string place = source_of(dataset) + ", row " + std::to_string(index / width + 1) + ", " + what;
  if (column < names.size()) return place + " \"" + printable(names[column]) + "\"";
  return width == 1 ? place : place + " " + std::to_string(column + 1);
}

void require_finite(const Dataset& dataset, const Tensor& tensor, const std::string& what,
                    const std::vector<std::string>& names = {}) {
  if (!is_floating(tensor.dtype()) || tensor.count() == 0) return;
  visit_floating(tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto numbers = tensor.as<T>();
    const std::size_t found = find_not_finite(numbers);
    if (found == numbers.size()) return;
    const std::size_t width = numbers.size() / static_cast<std::size_t>(tensor.shape()[0]);
    const T number = numbers[found];
    throw UserError(Fault::data, Report{place_of(dataset, what, found, width, names),
                                        std::isnan(number) ? "not a number (NaN)" : "an infinite number",
                                        "a finite number", "fill it in, or take the row out"});
  });
}

}  // namespace

void require_finite(const Dataset& dataset) {
  require_finite(dataset, dataset.features, "feature", dataset.feature_names);
  for (const Input& input : dataset.inputs) {
    require_finite(dataset, input.values, "input " + printable(input.name), input.names);
  }
  if (!dataset.has_targets) return;
  require_finite(dataset, dataset.targets, "target");
  for (const Target& target : dataset.several) {
    require_finite(dataset, target.values, "target " + printable(target.name));
  }
}

namespace {

void require_codes(const Dataset& dataset, const Input& input) {
  const auto codes = input.values.as<std::int64_t>();
  const auto below = std::find_if(codes.begin(), codes.end(), [](std::int64_t code) { return code < 0; });
  if (below == codes.end()) return;
  const auto width = static_cast<std::size_t>(input.shape().count());
  throw UserError(Fault::data,
                  Report{place_of(dataset, "input " + printable(input.name),
                                  static_cast<std::size_t>(below - codes.begin()), width, input.names),
                         "code " + std::to_string(*below), "whole numbers from 0", "codes numbered from 0"});
}

}  // namespace

void require_classes(const Dataset& dataset) {
  for (const Input& input : dataset.inputs) {
    if (input.codes()) require_codes(dataset, input);
  }
  for (std::size_t i = 0; i < dataset.several.size(); ++i) {
    Dataset alone = target_alone(dataset, i);
    alone.source = source_of(dataset) + ", target " + dataset.several[i].name;
    require_classes(alone);
  }
  if (dataset.task != Task::classification || !dataset.several.empty()) return;
  visit(dataset.targets.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto targets = dataset.targets.as<T>();
    const auto outside = std::find_if(targets.begin(), targets.end(), [&](T c) {
      const auto number = convert_number<std::int64_t>(c);
      return number < 0 || number >= dataset.classes();
    });
    if (outside == targets.end()) return;
    const std::string count = std::to_string(dataset.classes());
    throw UserError(Fault::data,
                    Report{source_of(dataset) + ", row " + std::to_string(outside - targets.begin() + 1),
                           "class number " + std::to_string(convert_number<std::int64_t>(*outside)),
                           "0 to " + std::to_string(dataset.classes() - 1) + ", as there are " + count + " class names",
                           "number the classes from 0, or name them all"});
  });
}

}  // namespace gradus::data
