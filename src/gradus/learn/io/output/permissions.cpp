#include "gradus/learn/io/output/permissions.hpp"

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <vector>

namespace gradus::io {
namespace {

/// False when there is an access list that the new file could not be given.
bool keep_access_list(int file, const std::string& old) {
  constexpr const char* name = "system.posix_acl_access";
  const ssize_t size = ::getxattr(old.c_str(), name, nullptr, 0);
  if (size <= 0) return true;
  std::vector<char> list(static_cast<std::size_t>(size));
  if (::getxattr(old.c_str(), name, list.data(), list.size()) != size) return false;
  return ::fsetxattr(file, name, list.data(), list.size(), 0) == 0;
}

}  // namespace

void keep_permissions(int file, const std::string& old) {
  struct stat before {
  }, now{};
  if (::stat(old.c_str(), &before) != 0 || ::fstat(file, &now) != 0) return;
  if (before.st_uid != now.st_uid || before.st_gid != now.st_gid) {
    if (::fchown(file, before.st_uid, before.st_gid) != 0) (void)::fchown(file, now.st_uid, before.st_gid);
    if (::fstat(file, &now) != 0) return;
  }
  mode_t mode = before.st_mode & 07777;
  const auto group_as_others = [&] { mode &= ~static_cast<mode_t>(02070) | (mode & 07) << 3; };
  if (before.st_uid != now.st_uid) mode &= ~static_cast<mode_t>(04000);
  if (before.st_gid != now.st_gid) group_as_others();
  (void)::fchmod(file, mode);
  if (keep_access_list(file, old)) return;
  group_as_others();
  (void)::fchmod(file, mode);
}

}  // namespace gradus::io
