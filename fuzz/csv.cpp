// Any text as a CSV table, and any table that is accepted through a schema and back: only UserError may come out.
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/csv/table_stream.hpp"
#include "gradus/learn/data/schema.hpp"

namespace {

/// As it is predicted from: a part at a time, whatever rows look like.
void read_in_parts(std::string_view text) {
  using namespace gradus;
  try {
    data::CsvOptions options;
    options.minimum_columns = 1;
    options.before = data::ReadingRules{};
    data::TableStream stream(text, "fuzz", options);
    data::TablePart part;
    while (stream.next(3, part)) {
      for (const data::Unreadable& one : part.unreadable) {
        require(one.before >= 0 && one.before <= part.table.rows && one.count > 0, "a row between others");
      }
    }
    (void)stream.notes();
  } catch (const UserError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  read_in_parts({reinterpret_cast<const char*>(bytes), size});
  try {
    data::CsvOptions options;
    options.minimum_columns = 1;
    options.limits.distinct = 10;
    const data::Table table = data::parse_csv({reinterpret_cast<const char*>(bytes), size}, "fuzz", options);
    for (const data::Column& column : table.columns) {
      for (std::int64_t row = 0; row < table.rows; ++row) data::cell_text(column, row);
    }
    std::vector<std::int64_t> rows(static_cast<std::size_t>(table.rows));
    std::iota(rows.begin(), rows.end(), 0);
    const auto fitted = data::fit_schema(table, rows, {table.columns.back().name, {}, {}, {}});
    data::encode(fitted.schema, table, DType::f64);
    const auto document = json::parse(json::write(data::to_json(fitted.schema)), "fuzz");
    require(data::schema_from_json(document) == fitted.schema, "a schema does not come back as it was");
  } catch (const UserError&) {
  }
  return 0;
}
