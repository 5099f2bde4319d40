#include "gradus/learn/data/npy/arrays.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>
#include <string_view>
#include <unordered_map>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/npy/npy_header.hpp"
#include "gradus/learn/data/npy/zip.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::data, Report{name, found, expected, remedy});
}

/// Numbers by columns, as an array file holds them.
struct Matrix {
  std::string name;
  std::int64_t rows = 0;
  std::vector<Numbers> columns;
  bool one_axis = false;
};

/// The array that `read` gives to its last byte.
Matrix read_matrix(const ReadBytes& read, const std::string& name) {
  const NpyHeader header = read_npy_header(read, name);
  const std::vector<std::int64_t>& shape = header.shape;
  if (shape.empty() || shape.size() > 2) {
    refuse(name, "an array of " + std::to_string(shape.size()) + " axes", "rows, or rows and columns",
           "a.reshape(len(a), -1)");
  }
  Matrix out;
  out.rows = shape[0];
  out.one_axis = shape.size() == 1;
  const auto columns = static_cast<std::size_t>(out.one_axis ? 1 : shape[1]);
  constexpr std::size_t most_columns = 16'384;
  if (columns == 0 || columns > most_columns) {
    refuse(name, std::to_string(columns) + " columns", "1 to " + std::to_string(most_columns), "fewer columns");
  }
  out.columns.resize(columns);
  const auto rows = static_cast<std::size_t>(out.rows);
  std::vector<std::byte> line(header.size * (header.column_major ? std::min<std::size_t>(rows, 65'536) : columns));
  std::size_t left = rows * columns, column = 0, row = 0;
  while (left > 0) {
    const std::size_t wanted = header.column_major ? std::min(line.size() / header.size, rows - row) : columns;
    const auto bytes = std::span(line).first(wanted * header.size);
    if (read(bytes) < bytes.size()) {
      refuse(name, "an array file of fewer numbers than its header says",
             std::to_string(rows) + " rows and " + std::to_string(columns) + " columns",
             "numpy.save of the array again");
    }
    for (std::size_t i = 0; i < wanted; ++i) {
      const double x = npy_number(header, bytes.data() + i * header.size);
      out.columns[header.column_major ? column : i].push_back(x);
    }
    left -= wanted;
    row += header.column_major ? wanted : 1;
    if (header.column_major && row == rows) row = 0, ++column;
  }
  std::byte more{};
  if (read(std::span(&more, 1)) > 0)
    refuse(name, "bytes behind the numbers of the array", "its end", "numpy.save of the array again");
  return out;
}

/// Numbers as the texts of their classes.
TextCells as_texts(const Numbers& numbers) {
  TextCells out;
  std::unordered_map<double, std::int32_t> known;
  for (const double x : numbers) {
    if (std::isnan(x)) {
      out.index.push_back(-1);
      continue;
    }
    const auto [found, is_new] = known.emplace(x + 0.0, static_cast<std::int32_t>(out.distinct.size()));
    if (is_new) out.distinct.push_back(number_text(x + 0.0));
    out.index.push_back(found->second);
  }
  return out;
}

bool are_two(const Numbers& numbers) {
  std::set<double> seen;
  for (const double x : numbers) {
    if (!std::isnan(x) && (seen.insert(x), seen.size() > 2)) return false;
  }
  return seen.size() == 2;
}

void count(Finding& finding, std::size_t row, double x) {
  if (finding.count++ > 0) return;
  finding.first = {row + 1, 1};
  finding.text = std::isnan(x) ? "nan" : number_text(x);
}

/// What a column of a text file would say of itself.
void look_at(Column& column, Numbers numbers) {
  ColumnFacts& facts = column.facts;
  constexpr double exact = 9007199254740992.0;  // 2^53
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    const double x = numbers[row];
    if (std::isnan(x)) count(facts.missing, row, x);
    else ++facts.numbers;
    if (std::isinf(x)) count(facts.infinite, row, x);
    else if (std::abs(x) >= exact && x == std::floor(x)) count(facts.large_integer, row, x);
  }
  const bool texts = column.read == ReadAs::text || column.read == ReadAs::literal;
  const bool two = column.read == ReadAs::looks_or_two && are_two(numbers);
  column.numeric = !texts && !two && column.read != ReadAs::nothing;
  if (column.numeric) column.numbers = std::move(numbers);
  else if (column.read != ReadAs::nothing) column.text = as_texts(numbers);
}

Table make_table(const std::string& name, std::vector<std::string> names, std::vector<Numbers> columns,
                 const CsvOptions& options) {
  Table table;
  table.source = name;
  table.rows = static_cast<std::int64_t>(columns.front().size());
  const std::string shown = printable(name);
  const auto least = static_cast<std::size_t>(options.minimum_columns);
  if (columns.size() < least)
    refuse(shown, "one column", "at least " + std::to_string(least),
           "an array with a column to learn from and one to learn");
  if (table.rows < options.minimum_rows)
    refuse(shown, "no rows", "at least " + std::to_string(options.minimum_rows), "an array with rows");
  std::vector<ReadAs> reading(names.size(), ReadAs::looks);
  if (options.read) reading = options.read(names);
  require(reading.size() == names.size(), "CsvOptions::read: not one answer a column");
  for (std::size_t i = 0; i < names.size(); ++i) {
    Column& column = table.columns.emplace_back();
    column.name = std::move(names[i]);
    column.read = reading[i];
    look_at(column, std::move(columns[i]));
  }
  return table;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An array in memory, as read_matrix wants it.
ReadBytes reader_of(std::string_view bytes) {
  return [bytes](std::span<std::byte> out) mutable {
    const std::size_t size = std::min(out.size(), bytes.size());
    std::memcpy(out.data(), bytes.data(), size);
    bytes.remove_prefix(size);
    return size;
  };
}

bool names_a_target(const std::string& name) {
  return name == "y" || name == "target" || name == "targets" || name == "label" || name == "labels";
}

}  // namespace

bool is_npy(std::span<const std::byte> start) { return text_of(start).starts_with("\x93NUMPY"); }

bool is_npz(std::span<const std::byte> start) {
  const std::string_view text = text_of(start);
  constexpr std::size_t name_at = 30;
  if (!text.starts_with("PK\3\4") || text.size() < name_at) return false;
  const std::size_t size = static_cast<unsigned char>(text[26]) + 256U * static_cast<unsigned char>(text[27]);
  return text.substr(name_at, size).ends_with(".npy");
}

Table read_npy(Source& source, const CsvOptions& options) {
  Matrix matrix = read_matrix([&](std::span<std::byte> out) { return source.read(out); }, source.name());
  if (!source.at_end()) source.require_unchanged();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < matrix.columns.size(); ++i) names.push_back("column" + std::to_string(i + 1));
  Table table = make_table(source.name(), std::move(names), std::move(matrix.columns), options);
  if (!options.before)
    table.notes.push_back({false, source.name() + ": columns are named column1, column2, ... by position"});
  return table;
}

Table read_npz(Source& source, const CsvOptions& options) {
  const std::string bytes = read_all(source, options.limits.file);
  std::vector<Matrix> matrices;
  for (const ZipEntry& entry : unzip(bytes, source.name(), options.limits.file.bytes)) {
    const std::string shown = source.name() + ":" + printable(entry.name);
    if (!entry.name.ends_with(".npy")) refuse(shown, "a file that is no array", "arrays", "numpy.savez of the arrays");
    Matrix& matrix = matrices.emplace_back(read_matrix(reader_of(entry.bytes), shown));
    matrix.name = entry.name.substr(0, entry.name.size() - 4);
    if (matrix.rows != matrices.front().rows) {
      refuse(shown, std::to_string(matrix.rows) + " rows",
             std::to_string(matrices.front().rows) + ", as in the first array",
             "arrays with a row for each row of the table");
    }
  }
  if (matrices.empty()) refuse(source.name(), "no arrays", "at least one", "numpy.savez of the arrays");
  std::stable_partition(matrices.begin(), matrices.end(), [](const Matrix& m) { return !names_a_target(m.name); });
  std::vector<std::string> names;
  std::vector<Numbers> columns;
  for (Matrix& matrix : matrices) {
    for (std::size_t i = 0; i < matrix.columns.size(); ++i) {
      names.push_back(matrix.one_axis ? matrix.name : matrix.name + std::to_string(i + 1));
      columns.push_back(std::move(matrix.columns[i]));
    }
  }
  return make_table(source.name(), std::move(names), std::move(columns), options);
}

}  // namespace gradus::data
