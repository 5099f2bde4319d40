#include "tests/learn/io/output/failing_calls.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>

namespace gradus::test {
namespace {

std::atomic<int> failing_call = -1, countdown = 0, failure = 0, most_bytes = 0;

/// True when this is the call that fails; errno is set.
bool fails(Call call) {
  if (failing_call != static_cast<int>(call) || --countdown != 0) return false;
  errno = failure;
  return true;
}

}  // namespace

FailingCall::FailingCall(Call call, int which, int error) {
  failure = error, countdown = which;
  failing_call = static_cast<int>(call);
}
FailingCall::~FailingCall() { failing_call = -1; }
bool FailingCall::reached() const { return countdown <= 0; }

ShortWrites::ShortWrites(int most) { most_bytes = most; }
ShortWrites::~ShortWrites() { most_bytes = 0; }

}  // namespace gradus::test

using gradus::test::Call;
using gradus::test::fails;

// NOLINTBEGIN: names and signatures are those of libc
extern "C" {

ssize_t write(int file, const void* bytes, size_t count) {
  if (fails(Call::write)) return -1;
  if (gradus::test::most_bytes > 0) count = std::min(count, static_cast<size_t>(gradus::test::most_bytes));
  return syscall(SYS_write, file, bytes, count);
}

int fsync(int file) { return fails(Call::fsync) ? -1 : static_cast<int>(syscall(SYS_fsync, file)); }

int close(int file) {
  const int result = static_cast<int>(syscall(SYS_close, file));
  return fails(Call::close) ? -1 : result;
}

int rename(const char* from, const char* to) noexcept {
  if (fails(Call::rename)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) noexcept {
  if (fails(Call::rename)) return -1;
  return static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
}

}  // extern "C"
// NOLINTEND
