#include "gradus/learn/io/output/descriptor.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace gradus::io {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() { close(); }

int Descriptor::close() {
  if (number_ < 0) return 0;
  // Not again after EINTR: Linux has closed it by then, and the number may be somebody else's.
  return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
}

int write_all(int descriptor, std::span<const std::byte> bytes) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), std::min(bytes.size(), most_at_once));
    if (count > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count == 0) return EIO;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {  // a pipe that its other owner made so
      pollfd until{descriptor, POLLOUT, 0};
      if (::poll(&until, 1, -1) < 0 && errno != EINTR) return errno;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int write_all(int descriptor, std::string_view text) {
  return write_all(descriptor, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace gradus::io
