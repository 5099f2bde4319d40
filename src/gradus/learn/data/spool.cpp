#include "gradus/learn/data/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& name, int error) {
  throw UserError(Fault::failure,
                  Report{name, "no room to keep it while it is read: " + std::generic_category().message(error),
                         "a temporary file in $TMPDIR or /tmp", "TMPDIR=FOLDER, or the data as a file"});
}

int open_temporary() {
  const char* set = std::getenv("TMPDIR");
  const std::string folder = set != nullptr && *set != 0 ? set : "/tmp";
#ifdef O_TMPFILE
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) return file;
#endif
  std::string path = folder + "/gradus-XXXXXX";
  const int made = ::mkostemp(path.data(), O_CLOEXEC);
  if (made >= 0) ::unlink(path.c_str());
  return made;
}

}  // namespace

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

std::size_t Spool::read(std::span<std::byte> out) {
  std::size_t done = 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - at_));
  while (done < wanted) {
    const ssize_t count = ::pread(file_, out.data() + done, wanted - done, static_cast<off_t>(at_));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) refuse("the temporary file of a pipe", count < 0 ? errno : EIO);
    done += static_cast<std::size_t>(count);
    at_ += static_cast<std::uint64_t>(count);
  }
  return done;
}

void Spool::write(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) return;
  if (file_ < 0) file_ = open_temporary();
  if (file_ < 0) refuse(name, errno);
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) refuse(name, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  at_ = size_;
}

}  // namespace gradus::data
