// Seconds and peak memory of reading one table: bench/reading FILE. bench/tables/read_speed runs it beside others.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "gradus/learn/data/csv/csv.hpp"

namespace {

/// Peak resident memory of this process in KiB, as Linux tells it; 0 elsewhere.
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace gradus;
  if (count != 2) {
    std::fputs("usage: reading FILE\n", stderr);
    return 2;
  }
  try {
    const long before = peak_kib();
    const auto start = std::chrono::steady_clock::now();
    const data::Table table = data::read_csv(arguments[1]);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    std::size_t kept = 0;
    for (const data::Column& column : table.columns)
      kept += column.numbers.bytes() + column.text.index.size() * sizeof(std::int32_t);
    std::printf("{\"seconds\": %.4f, \"rows\": %lld, \"columns\": %zu, \"kept\": %zu, \"peak\": %ld}\n", taken.count(),
                static_cast<long long>(table.rows), table.columns.size(), kept, (peak_kib() - before) * 1024);
  } catch (const UserError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
