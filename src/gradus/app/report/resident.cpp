#include "gradus/app/report/resident.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string>

namespace gradus::report {

double resident_bytes() {
  std::ifstream in("/proc/self/statm", std::ios::binary);
  std::string all, resident;  // in pages
  if (!(in >> all >> resident)) return 0;
  long long pages = 0;
  if (std::from_chars(resident.data(), resident.data() + resident.size(), pages).ec != std::errc()) return 0;
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double peak_resident_bytes() {
  rusage use{};
  constexpr double kilobyte = 1024;
  return getrusage(RUSAGE_SELF, &use) == 0 ? static_cast<double>(use.ru_maxrss) * kilobyte : 0;
}

}  // namespace gradus::report
