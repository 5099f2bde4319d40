#include "gradus/engine/machine/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The whole numbers that `text` begins with, separated by blanks; "max" and other words end them.
std::vector<double> numbers(std::string_view text) {
  std::vector<double> out;
  for (;;) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\n')) text.remove_prefix(1);
    long long value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return out;
    out.push_back(static_cast<double>(value));
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

/// Cores, or 0: version 2 has "quota period" in one file, version 1 two files, -1 for no quota.
double quota_in(const std::string& folder, bool version_2) {
  std::vector<double> all;
  if (version_2) {
    all = numbers(read_text(folder + "/cpu.max"));
  } else {
    all = numbers(read_text(folder + "/cpu.cfs_quota_us"));
    const std::vector<double> period = numbers(read_text(folder + "/cpu.cfs_period_us"));
    all.insert(all.end(), period.begin(), period.end());
  }
  return all.size() >= 2 && all[0] > 0 && all[1] > 0 ? all[0] / all[1] : 0;
}

/// The least quota from the group at `path` up to `root`.
double quota_up(const std::string& root, std::string path, bool version_2) {
  double least = 0;
  for (;;) {
    while (!path.empty() && path.back() == '/') path.pop_back();
    const double quota = quota_in(root + path, version_2);
    if (quota > 0) least = least > 0 ? std::min(least, quota) : quota;
    if (path.empty()) return least;
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
}

bool names_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t end = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, end) == "cpu") return true;
    controllers.remove_prefix(std::min(end + 1, controllers.size()));
  }
  return false;
}

}  // namespace

double cpu_quota(const std::string& memberships, const std::string& root) {
  double least = 0;
  std::string_view rest = memberships;
  while (!rest.empty()) {  // "4:cpu,cpuacct:/path" or, version 2, "0::/path"
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t first = line.find(':'), second = line.find(':', std::min(first, line.size() - 1) + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string controllers(line.substr(first + 1, second - first - 1)), path(line.substr(second + 1));
    const bool version_2 = controllers.empty();
    if (!version_2 && !names_cpu(controllers)) continue;
    const double quota = quota_up(version_2 ? root : root + "/" + controllers, path, version_2);
    if (quota > 0) least = least > 0 ? std::min(least, quota) : quota;
  }
  return least;
}

int available_cores() {
  cpu_set_t set;
  const int mask = sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(CPU_COUNT(&set), 1) : 1;
  const double quota = cpu_quota(read_text("/proc/self/cgroup"), "/sys/fs/cgroup");
  return quota > 0 ? std::clamp(checked_cast<int>(std::min(quota, 4096.0)), 1, mask) : mask;
}

int current_core() { return sched_getcpu(); }

int another_core(std::span<const int> taken) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(static_cast<std::size_t>(core), &set) && std::find(taken.begin(), taken.end(), core) == taken.end())
      return core;
  }
  return -1;
}

bool move_to_core(int core) {
  cpu_set_t all, one;
  if (core < 0 || core >= CPU_SETSIZE || sched_getaffinity(0, sizeof all, &all) != 0) return false;
  const auto bit = static_cast<std::size_t>(core);
  if (!CPU_ISSET(bit, &all)) return false;
  CPU_ZERO(&one);
  CPU_SET(bit, &one);
  return sched_setaffinity(0, sizeof one, &one) == 0 && sched_setaffinity(0, sizeof all, &all) == 0;
}

}  // namespace gradus
