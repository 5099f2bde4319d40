#include "gradus/learn/io/output/place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "gradus/learn/io/output/descriptor.hpp"

namespace gradus::io {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

FileId id_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

bool keeps_bytes(mode_t mode) { return S_ISREG(mode) || S_ISBLK(mode) || S_ISFIFO(mode); }

fs::path folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

struct Refusal {
  const Asker& asker;

  [[noreturn]] void operator()(const std::string& place, const std::string& found, const std::string& expected,
                               std::string remedy = "") const {
    if (remedy.empty()) remedy = "another path" + (asker.flag.empty() ? "" : " after " + asker.flag);
    throw UserError(asker.fault, Report{printable(place), found, expected, remedy});
  }
};

/// The number in /proc/self/fd/N, however it was spelt; nothing for other links.
std::optional<int> own_descriptor(const fs::path& link) {
  std::error_code error;
  const fs::path folder = fs::canonical(folder_of(link), error);
  if (error || folder.filename() != "fd") return std::nullopt;
  const fs::path self = fs::canonical("/proc/self", error);
  if (error || (folder.parent_path() != self && folder.parent_path().parent_path() != self / "task"))
    return std::nullopt;
  const std::string name = link.filename().string();
  int number = -1;
  const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (wrong != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

bool is_in_proc(const fs::path& path) {
  constexpr long proc = 0x9fa0;  // PROC_SUPER_MAGIC
  struct statfs system {};
  return ::statfs(folder_of(path).c_str(), &system) == 0 && system.f_type == proc;
}

/// In a sticky folder (/tmp) a file can be replaced by its owner alone, and by the folder's.
bool is_guarded(const fs::path& path, const struct stat& file) {
  struct stat folder {};
  if (::stat(folder_of(path).c_str(), &folder) != 0 || (folder.st_mode & S_ISVTX) == 0) return false;
  const uid_t user = ::geteuid();
  return user != 0 && user != file.st_uid && user != folder.st_uid;
}

/// `path` with the links at its end followed, also those that lead to no file yet; or a descriptor of ours on the way.
struct Followed {
  fs::path path;
  std::optional<int> descriptor;
};

Followed follow(const std::string& path, const Refusal& refuse) {
  constexpr int most_links = 40;  // as Linux has it
  Followed out{path, {}};
  for (int i = 0; i <= most_links; ++i) {
    if ((out.descriptor = own_descriptor(out.path))) return out;
    struct stat status {};
    if (::lstat(out.path.c_str(), &status) != 0 || !S_ISLNK(status.st_mode)) return out;
    if (is_in_proc(out.path)) {  // its text is no path
      if (::stat(out.path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return out;
      refuse(path, "a file that another program has open", "the name of a file");
    }
    std::error_code error;
    const fs::path target = fs::read_symlink(out.path, error);
    if (error) refuse(path, error.message(), "the name of a file");
    out.path = target.is_absolute() ? target : folder_of(out.path) / target;
  }
  refuse(path, reason(ELOOP), "the name of a file");
}

void find_folder(Place& place, const Refusal& refuse) {
  const std::string folder = folder_of(place.path).string();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) {
    const int error = errno;
    constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    const bool can_be_made = error == ENOENT && folder.find_first_not_of(plain) == std::string::npos;
    refuse(folder, reason(error), "a folder to write into", can_be_made ? "mkdir -p " + folder : "");
  }
  if (!S_ISDIR(status.st_mode)) refuse(folder, "a file", "a folder to write into");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) refuse(folder, reason(errno), "a folder that can be written to");
  place.folder = folder;
  place.folder_id = id_of(status);
}

}  // namespace

Place place_of_descriptor(int descriptor, const std::string& path, const Asker& asker) {
  const Refusal refuse{asker};
  struct stat status {};
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fstat(descriptor, &status) != 0) refuse(path, "no open file", "one that can be written");
  if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH) != 0)
    refuse(path, "a file open for reading alone", "one that can be written");
  Place place{Place::Kind::descriptor, path, descriptor, id_of(status)};
  place.holds_bytes = keeps_bytes(status.st_mode) || S_ISSOCK(status.st_mode);
  return place;
}

Place find_place(const std::string& path, const Asker& asker) {
  const Refusal refuse{asker};
  if (path.empty()) refuse(asker.flag.empty() ? "output" : asker.flag, "an empty path", "the name of a file");
  const Followed followed = follow(path, refuse);
  if (followed.descriptor) return place_of_descriptor(*followed.descriptor, path, asker);
  Place place;
  place.path = followed.path.string();
  struct stat status {};
  if (::stat(place.path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) refuse(path, "a folder", "the name of a file");
    if (S_ISBLK(status.st_mode)) refuse(path, "a disk (a block device)", "the name of a file");
    if (!S_ISREG(status.st_mode)) place.kind = Place::Kind::stream;
    if (::access(place.path.c_str(), W_OK) != 0) refuse(path, reason(errno), "a file that can be written");
    place.id = id_of(status);
    place.holds_bytes = keeps_bytes(status.st_mode) || S_ISSOCK(status.st_mode);
    if (place.kind == Place::Kind::file && is_guarded(place.path, status))
      refuse(path, "another user's file in a folder where only owners may rename", "a file of yours");
  } else if (const int error = errno; error != ENOENT) {
    if (error == ENOTDIR) find_folder(place, refuse);
    refuse(path, reason(error), "the name of a file");
  }
  if (place.path.ends_with('/')) refuse(path, "the name of a folder", "the name of a file");
  if (place.kind == Place::Kind::file) find_folder(place, refuse);
  return place;
}

bool same_place(const Place& a, const Place& b) {
  if (a.id && b.id) return *a.id == *b.id && a.holds_bytes;
  if (a.id || b.id) return false;
  return a.folder_id == b.folder_id && fs::path(a.path).filename() == fs::path(b.path).filename();
}

std::optional<FileId> readable_file(const std::string& path) {
  struct stat status {};
  const int failed = path == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(path.c_str(), &status);
  if (failed != 0 || !keeps_bytes(status.st_mode)) return std::nullopt;
  return id_of(status);
}

}  // namespace gradus::io
