#include "gradus/learn/io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "gradus/core/base/error.hpp"

namespace gradus::io {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

/// A file descriptor that is closed, and a name that is removed, unless told otherwise.
struct Unfinished {
  int file = -1;
  std::string name;
  Unfinished() = default;
  Unfinished(Unfinished&& other) noexcept
      : file(std::exchange(other.file, -1)), name(std::exchange(other.name, std::string())) {}
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished() {
    if (file >= 0) ::close(file);
    if (!name.empty()) ::unlink(name.c_str());
  }
};

[[noreturn]] void refuse(const std::string& path, const std::string& doing, int error) {
  throw UserError(Fault::failure,
                  Report{printable(path), reason(error) + " while " + doing, "a place with room that can be written to",
                         "another folder; what was saved there before is unchanged"});
}

/// A new, empty file in the folder of `path`. The name has the process number, and a count if that is taken.
Unfinished create_beside(const std::string& path) {
  constexpr int attempts = 1000;
  for (int i = 0; i < attempts; ++i) {
    const std::string name = "." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".gradus-unfinished";
    Unfinished out;
    const std::string beside = (folder_of(path) / name).string();
    out.file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (out.file < 0 && errno == EEXIST) continue;
    if (out.file < 0) refuse(path, "creating a file beside it", errno);
    out.name = beside;
    return out;
  }
  refuse(path, "creating a file beside it", EEXIST);
}

void write_whole(int file, std::span<const std::byte> bytes, const std::string& path) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), std::min(bytes.size(), most_at_once));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(path, "writing", errno);
    if (count == 0) refuse(path, "writing", EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

/// So that the new name survives a loss of power, too.
void sync_folder(const std::string& path) {
  Unfinished folder;
  folder.file = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder.file < 0) return;  // a folder that may be written to but not read cannot be synced
  const int result = ::fsync(folder.file);
  if (result != 0 && errno != EINVAL && errno != EROFS) refuse(path, "syncing its folder", errno);
}

}  // namespace

void check_writable(const std::string& path) {
  const auto refuse_path = [&](const std::string& place, const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{printable(place), found, expected, "another path after -o"});
  };
  if (path.empty()) refuse_path("output", "an empty path", "the name of a file");
  const std::string folder = folder_of(path).string();
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0) refuse_path(folder, reason(errno), "a folder to write into");
  if (!S_ISDIR(status.st_mode)) refuse_path(folder, "a file", "a folder to write into");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) refuse_path(folder, reason(errno), "a folder that can be written to");
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) refuse_path(path, "a folder", "the name of a file");
    if (!S_ISREG(status.st_mode)) refuse_path(path, "a device, pipe or socket", "the name of a regular file");
  } else if (errno != ENOENT) {
    refuse_path(path, reason(errno), "the name of a file");
  }
}

void replace_file(const std::string& path, std::span<const std::span<const std::byte>> parts) {
  // A link is followed, so that the file it names is replaced and not the link.
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  const std::string target = error ? path : real.string();

  Unfinished unfinished = create_beside(target);
  struct stat old {};
  if (::stat(target.c_str(), &old) == 0) (void)::fchmod(unfinished.file, old.st_mode & 07777);
  for (const auto part : parts) write_whole(unfinished.file, part, path);
  if (::fsync(unfinished.file) != 0) refuse(path, "syncing", errno);
  const int file = unfinished.file;
  unfinished.file = -1;
  if (::close(file) != 0) refuse(path, "closing", errno);
  if (::rename(unfinished.name.c_str(), target.c_str()) != 0) refuse(path, "renaming", errno);
  unfinished.name.clear();
  sync_folder(target);
}

}  // namespace gradus::io
