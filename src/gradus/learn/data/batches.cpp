#include "gradus/learn/data/batches.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "gradus/learn/data/highway/scale_bytes.hpp"

namespace gradus::data {
namespace {

void refuse_shape(const char* what, const Type& out, const std::string& expected, const std::string& buffer) {
  throw UserError(Fault::usage,
                  Report{what, "a buffer " + to_string(out), expected, "the view() of a Tensor(" + buffer + ")"});
}

/// to[i] = from row i of `rows`, each of `size` numbers, converted one by one.
template <class To, class From>
void copy_rows(std::span<const From> from, std::span<const std::int64_t> rows, std::size_t size, To* to) {
  for (const std::int64_t row : rows) {
    const From* source = from.data() + static_cast<std::size_t>(row) * size;
    if constexpr (std::is_same_v<To, From>) {
      if (size == 1) *to = *source;
      else std::memcpy(to, source, size * sizeof(To));
    } else {
      for (std::size_t i = 0; i < size; ++i) to[i] = convert_number<To>(source[i]);
    }
    to += size;
  }
}

/// A tensor of which rows are gathered: the features, or an input beside them.
struct Source {
  const Tensor& values;
  double divisor;
  std::int64_t row_size;
};

Source source_of(const Dataset& dataset) { return {dataset.features, dataset.divisor, dataset.row_size()}; }
Source source_of(const Input& input) { return {input.values, input.divisor, input.shape().count()}; }

/// Bytes that are divided by something, through a table of the 256 quotients.
template <class To> void look_up_rows(const Source& from, std::span<const std::int64_t> rows, std::span<To> out) {
  std::array<To, 256> quotients;
  for (std::size_t i = 0; i < 256; ++i) quotients[i] = static_cast<To>(static_cast<double>(i) / from.divisor);
  const auto bytes = from.values.as<std::uint8_t>();
  const auto size = static_cast<std::size_t>(from.row_size);
  To* to = out.data();
  for (const std::int64_t row : rows) {
    for (const std::uint8_t byte : bytes.subspan(static_cast<std::size_t>(row) * size, size)) *to++ = quotients[byte];
  }
}

/// Asks the memory for a row that is needed soon: the rows of a shuffled batch lie far apart.
void prefetch(std::span<const std::uint8_t> row) {
  constexpr std::size_t cache_line = 64;
  for (std::size_t i = 0; i < row.size(); i += cache_line) __builtin_prefetch(row.data() + i);
}

void gather_bytes(const Source& from, std::span<const std::int64_t> rows, std::span<float> out) {
  const auto bytes = from.values.as<std::uint8_t>();
  const auto size = static_cast<std::size_t>(from.row_size);
  const auto row = [&](std::size_t i) { return bytes.subspan(static_cast<std::size_t>(rows[i]) * size, size); };
  constexpr std::size_t ahead = 4;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i + ahead < rows.size()) prefetch(row(i + ahead));
    scale_bytes(row(i), out.subspan(i * size, size));
  }
}

/// Targets of which rows are gathered.
struct Labels {
  const std::string& source;
  Task task;
  const Tensor& values;
  std::int64_t classes;
};

template <class To> void put_one_hot(const Labels& targets, std::span<const std::int64_t> rows, std::span<To> out) {
  const auto classes = static_cast<std::size_t>(targets.classes);
  const auto labels = targets.values.as<std::int64_t>();
  std::fill(out.begin(), out.end(), To{0});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int64_t label = labels[static_cast<std::size_t>(rows[i])];
    if (label < 0 || label >= targets.classes) {
      throw UserError(Fault::data,
                      Report{printable(targets.source) + " row " + std::to_string(rows[i]),
                             "class " + std::to_string(label), "0 to " + std::to_string(targets.classes - 1),
                             "class_names of " + std::to_string(label < 0 ? targets.classes : label + 1) +
                                 " classes, or another class"});
    }
    out[i * classes + static_cast<std::size_t>(label)] = To{1};
  }
}

void check_buffer(const Source& from, std::span<const std::int64_t> rows, const Type& out) {
  const auto wanted = static_cast<std::int64_t>(rows.size()) * from.row_size;
  const bool codes = from.values.dtype() == DType::i64;
  const bool fits = codes ? out.dtype == DType::i64 || out.dtype == DType::i32 : is_floating(out.dtype);
  if (fits && out.shape.count() == wanted) return;
  refuse_shape("features", out,
               std::string(codes ? "i64 or i32" : "f32 or f64") + " with " + std::to_string(wanted) + " numbers",
               std::string(codes ? "DType::i64" : "DType::f32") + ", Shape{" + std::to_string(rows.size()) + ", " +
                   std::to_string(from.row_size) + "}");
}

void gather(const Source& from, std::span<const std::int64_t> rows, View out) {
  check_buffer(from, rows, out.type());
  const DType dtype = from.values.dtype();
  if (dtype == DType::u8 && out.dtype() == DType::f32 && from.divisor == 255) {
    return gather_bytes(from, rows, out.as<float>());
  }
  visit(out.dtype(), [&]<class To>(std::type_identity<To>) {
    if (dtype == DType::u8) return look_up_rows(from, rows, out.as<To>());
    visit(dtype, [&]<class From>(std::type_identity<From>) {
      copy_rows(from.values.as<From>(), rows, static_cast<std::size_t>(from.row_size), out.as<To>().data());
    });
  });
}

}  // namespace

std::span<const std::int64_t> batch_rows(std::span<const std::int64_t> order, std::int64_t batch, std::int64_t index) {
  require(batch > 0 && index >= 0, "batch_rows: no such batch");
  const auto first = std::min(order.size(), static_cast<std::size_t>(batch * index));
  return order.subspan(first, std::min(order.size() - first, static_cast<std::size_t>(batch)));
}

void gather_features(const Dataset& dataset, std::span<const std::int64_t> rows, View out) {
  gather(source_of(dataset), rows, out);
}

void gather_input(const Input& input, std::span<const std::int64_t> rows, View out) {
  gather(source_of(input), rows, out);
}

namespace {

void gather_labels(const Labels& targets, std::span<const std::int64_t> rows, View out) {
  const bool classification = targets.task == Task::classification;
  const auto count = static_cast<std::int64_t>(rows.size());
  if (classification && is_floating(out.dtype())) {
    if (out.count() != count * targets.classes) {
      refuse_shape("targets", out.type(),
                   "one-hot [" + std::to_string(count) + "," + std::to_string(targets.classes) +
                       "] or class numbers as i64 or i32",
                   "DType::i64, Shape{" + std::to_string(count) + "}");
    }
    visit_floating(out.dtype(), [&]<class To>(std::type_identity<To>) { put_one_hot(targets, rows, out.as<To>()); });
    return;
  }
  const bool fits_task =
      classification ? out.dtype() == DType::i64 || out.dtype() == DType::i32 : is_floating(out.dtype());
  const std::int64_t width = classification ? 1 : targets.values.shape().last();
  if (!fits_task || out.count() != count * width) {
    refuse_shape("targets", out.type(), std::to_string(count * width) + " numbers of the kind that the task has",
                 classification ? "DType::i64, Shape{" + std::to_string(count) + "}"
                                : "DType::f32, Shape{" + std::to_string(count) + ", " + std::to_string(width) + "}");
  }
  visit(out.dtype(), [&]<class To>(std::type_identity<To>) {
    visit(targets.values.dtype(), [&]<class From>(std::type_identity<From>) {
      copy_rows(targets.values.as<From>(), rows, static_cast<std::size_t>(width), out.as<To>().data());
    });
  });
}

}  // namespace

void gather_targets(const Dataset& dataset, std::span<const std::int64_t> rows, View out) {
  if (!dataset.has_targets) {
    throw UserError(Fault::usage, Report{printable(dataset.source), "no targets", "a target for every row",
                                         "a dataset read with its target column"});
  }
  gather_labels({dataset.source, dataset.task, dataset.targets, dataset.classes()}, rows, out);
}

void gather_target(const Target& target, std::span<const std::int64_t> rows, View out) {
  gather_labels({target.name, target.task, target.values, std::ssize(target.class_names)}, rows, out);
}

namespace {

/// What an item of a shared gathering copies: some rows.
struct Gathering {
  static constexpr std::size_t rows_per_item = 8;
  const Source from;
  std::span<const std::int64_t> rows;
  View out;

  std::size_t items() const { return (rows.size() + rows_per_item - 1) / rows_per_item; }
  void run(std::size_t item) const {
    const std::size_t first = item * rows_per_item, count = std::min(rows_per_item, rows.size() - first);
    const Type type{out.dtype(), {static_cast<std::int64_t>(count), from.row_size}};
    const std::size_t row_bytes = static_cast<std::size_t>(from.row_size) * size_of(out.dtype());
    gather(from, rows.subspan(first, count), View(type, static_cast<std::byte*>(out.data()) + first * row_bytes));
  }
};

}  // namespace

Gatherer::Gatherer(ThreadPool& pool) : pool_(&pool) {
  stretch_.begin.resize(static_cast<std::size_t>(pool.threads()) + 1);
}

namespace {

void gather_shared(ThreadPool& pool, Stretch& stretch, const Source& from, std::span<const std::int64_t> rows,
                   View out) {
  constexpr std::size_t worth_sharing = 32 * 1024;  // bytes, which take longer to copy than threads to meet
  check_buffer(from, rows, out.type());
  const std::size_t team = stretch.begin.size() - 1;
  if (team == 1 || byte_count(out.type()) < worth_sharing) return gather(from, rows, out);
  const ThreadPool::Turn turn = pool.try_turn();
  if (!turn) return gather(from, rows, out);
  Gathering all{from, rows, out};
  for (std::size_t t = 0; t <= team; ++t) stretch.begin[t] = all.items() * t / team;
  pool.run(
      {&stretch, 1},
      [](void* context, std::size_t, std::size_t item, int) { static_cast<const Gathering*>(context)->run(item); },
      &all);
}

}  // namespace

void Gatherer::features(const Dataset& dataset, std::span<const std::int64_t> rows, View out) {
  gather_shared(*pool_, stretch_, source_of(dataset), rows, out);
}

void Gatherer::input(const Input& input, std::span<const std::int64_t> rows, View out) {
  gather_shared(*pool_, stretch_, source_of(input), rows, out);
}

}  // namespace gradus::data
