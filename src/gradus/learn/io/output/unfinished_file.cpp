#include "gradus/learn/io/output/unfinished_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstdio>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

namespace gradus::io {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".gradus-unfinished";
constexpr int attempts = 1000;

enum class Lock { held, taken, none };  // none: this file system has no locks

Lock lock(int file) {
  int result;
  do result = ::flock(file, LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR);
  if (result == 0) return Lock::held;
  return errno == EWOULDBLOCK ? Lock::taken : Lock::none;
}

bool is_called(int file, const std::string& path) {
  struct stat opened {
  }, named{};
  return ::fstat(file, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

/// True when the file at `path` was abandoned, and is gone now. Who holds the lock may rename or remove, nobody else.
bool remove_if_abandoned(const std::string& path) {
  // To write, since a lock over NFS wants that; O_NONBLOCK, since it might be a FIFO.
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  return lock(file.number()) == Lock::held && is_called(file.number(), path) && ::unlink(path.c_str()) == 0;
}

[[noreturn]] void give_up(int error) { throw std::system_error(error, std::generic_category()); }

}  // namespace

/// Nothing when the name is in use.
std::optional<UnfinishedFile> UnfinishedFile::create_named(const std::string& path, bool is_private) {
  for (int i = 0; i < attempts; ++i) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, is_private ? 0600 : 0666));
    const int error = file ? 0 : errno;
    if (error == EEXIST && remove_if_abandoned(path)) continue;
    if (error == EEXIST) return std::nullopt;
    if (error != 0) give_up(error);
    // Between open and lock it may have been taken for abandoned.
    if (lock(file.number()) != Lock::taken && is_called(file.number(), path))
      return UnfinishedFile(std::move(file), path);
  }
  give_up(EEXIST);
}

UnfinishedFile UnfinishedFile::create(const std::string& folder, bool is_private) {
  for (int i = 0; i < attempts; ++i) {  // the number of a process may be another one's, in another container
    const std::string name = "." + std::to_string(::getpid()) + "-" + std::to_string(i) + std::string(suffix);
    auto file = create_named((fs::path(folder) / name).string(), is_private);
    if (file) return std::move(*file);
  }
  give_up(EEXIST);
}

std::optional<UnfinishedFile> UnfinishedFile::claim(const std::string& folder, const std::string& name) {
  return create_named((fs::path(folder) / ("." + name + std::string(suffix))).string(), false);
}

UnfinishedFile::~UnfinishedFile() {
  if (file_ && !name_.empty()) ::unlink(name_.c_str());  // while the lock is held
}

int UnfinishedFile::moved(int result, const std::string& path) {
  int error = result == 0 ? 0 : errno;
  if (error != 0 && is_called(file(), path)) error = 0;  // the answer was lost, not the work
  if (error == 0) name_.clear();
  return error;
}

int UnfinishedFile::move_over(const std::string& path) { return moved(::rename(name_.c_str(), path.c_str()), path); }

int UnfinishedFile::move_to_free(const std::string& path) {
  const int error = moved(::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE), path);
  if (error != EINVAL && error != ENOSYS && error != EOPNOTSUPP) return error;
  // A file system without that: an empty file takes the name, as nobody else then can.
  Descriptor taken(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!taken) return errno;
  const int failed = move_over(path);
  if (failed != 0) ::unlink(path.c_str());
  return failed;
}

Descriptor UnfinishedFile::release() {
  ::flock(file(), LOCK_UN);
  return std::move(file_);
}

void remove_abandoned(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with('.') && name.ends_with(suffix)) found.push_back(it->path().string());
  }
  for (const std::string& path : found) remove_if_abandoned(path);
}

}  // namespace gradus::io
