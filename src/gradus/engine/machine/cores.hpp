// How many cores this process may use.
#pragma once

#include <string>

namespace gradus {

/// Cores in the affinity mask of this process, or fewer where its control group has a smaller quota of time (the whole
/// cores in it, since threads that wait for one another are as slow as the one that is held); at least 1.
int available_cores();

/// The least quota, in cores, of the control groups that `memberships` (the text of /proc/self/cgroup) names, and of
/// those above them, as files under `root` (/sys/fs/cgroup) tell; 0 when there is none.
double cpu_quota(const std::string& memberships, const std::string& root);

}  // namespace gradus
