// How many cores this process may use, and on which one a thread runs.
#pragma once

#include <span>
#include <string>

namespace gradus {

/// Cores in the affinity mask of this process, or fewer where its control group has a smaller quota of time (the whole
/// cores in it, since threads that wait for one another are as slow as the one that is held); at least 1.
int available_cores();

/// The least quota, in cores, of the control groups that `memberships` (the text of /proc/self/cgroup) names, and of
/// those above them, as files under `root` (/sys/fs/cgroup) tell; 0 when there is none.
double cpu_quota(const std::string& memberships, const std::string& root);

/// The core that this thread runs on; -1 where the system does not tell.
int current_core();

/// A core in the affinity mask of this thread that is not one of `taken`; -1 when there is none.
int another_core(std::span<const int> taken);

/// Moves this thread to that core of its affinity mask, which stays as it is: the system may move it on. False where it
/// cannot be moved.
bool move_to_core(int core);

}  // namespace gradus
