#include "gradus/learn/data/zstd/unzstd.hpp"

#include <zstd.h>

#include <cstdint>
#include <new>

// A program that links gradus and not libzstd is a program that cannot unpack zstd, and no error of the linker.
#pragma weak ZSTD_createDStream
#pragma weak ZSTD_freeDStream
#pragma weak ZSTD_decompressStream
#pragma weak ZSTD_isError
#pragma weak ZSTD_getErrorName

namespace gradus::data {

struct Unzstd::State {
  ZSTD_DStream* stream = ZSTD_createDStream();
  std::function<std::span<const std::byte>()> more;
  std::string name;
  Fault fault;
  ZSTD_inBuffer in{nullptr, 0, 0};
  std::uint64_t before = 0;  // packed bytes of the buffers before `in`
  bool in_frame = true;      // false between frames: the end of the bytes is allowed here
  bool finished = false;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeDStream(stream); }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw UserError(fault, Report{name + ":byte " + std::to_string(before + in.pos), found, expected,
                                  "fetch or pack the file again"});
  }

  bool refill() {
    if (in.pos < in.size) return true;
    const auto bytes = more();
    before += in.size;
    in = {bytes.data(), bytes.size(), 0};
    return !bytes.empty();
  }

  void step(ZSTD_outBuffer& out) {
    const bool any = refill();
    if (!any && !in_frame) {
      finished = true;
      return;
    }
    const std::size_t wrote = out.pos;
    const std::size_t result = ZSTD_decompressStream(stream, &out, &in);
    if (ZSTD_isError(result))
      refuse(std::string("damaged zstd data (") + ZSTD_getErrorName(result) + ")", "valid zstd data");
    in_frame = result != 0;
    if (!any && in_frame && out.pos == wrote) refuse("zstd data that is cut off", "more bytes");
  }
};

bool Unzstd::is_linked() { return ZSTD_createDStream != nullptr; }

Unzstd::Unzstd(std::function<std::span<const std::byte>()> more, std::string name, Fault fault)
    : state_(std::make_unique<State>()) {
  if (state_->stream == nullptr) throw std::bad_alloc();
  state_->more = std::move(more);
  state_->name = std::move(name);
  state_->fault = fault;
}

Unzstd::Unzstd(Unzstd&&) noexcept = default;
Unzstd& Unzstd::operator=(Unzstd&&) noexcept = default;
Unzstd::~Unzstd() = default;

std::size_t Unzstd::read(std::span<std::byte> out) {
  ZSTD_outBuffer buffer{out.data(), out.size(), 0};
  while (buffer.pos < buffer.size && !state_->finished) state_->step(buffer);
  return buffer.pos;
}

}  // namespace gradus::data
