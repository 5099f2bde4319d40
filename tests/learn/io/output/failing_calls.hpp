// Calls of the system that fail when a test says so: the test's own fsync and so on are called instead of libc's.
#pragma once

namespace gradus::test {

enum class Call { write, fsync, close, rename };

/// While it lives, call number `which` (from 1) of `call` fails with `error`.
class FailingCall {
 public:
  FailingCall(Call call, int which, int error);
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;
  ~FailingCall();
  /// Whether it came to the call that fails.
  bool reached() const;
};

/// While it lives, every write takes this many bytes at most.
class ShortWrites {
 public:
  explicit ShortWrites(int most);
  ShortWrites(const ShortWrites&) = delete;
  ShortWrites& operator=(const ShortWrites&) = delete;
  ~ShortWrites();
};

}  // namespace gradus::test
