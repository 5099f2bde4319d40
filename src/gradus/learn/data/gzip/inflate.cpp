#include "gradus/learn/data/gzip/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace gradus::data {

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

struct Inflater::State {
  z_stream stream{};
  std::function<std::span<const std::byte>()> more;
  std::string name;
  Fault fault;
  std::uint64_t taken = 0;  // packed bytes handed to zlib
  bool in_member = true;    // false between members: the end of the bytes is allowed here
  bool finished = false;

  ~State() { inflateEnd(&stream); }

  std::uint64_t offset() const { return taken - stream.avail_in; }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected) const {
    throw UserError(
        fault, Report{name + ":byte " + std::to_string(offset()), found, expected, "fetch or pack the file again"});
  }

  /// False at the end of the packed bytes.
  bool refill() {
    if (stream.avail_in > 0) return true;
    const auto bytes = more();
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));  // zlib only reads them
    stream.avail_in = static_cast<uInt>(bytes.size());
    taken += bytes.size();
    return !bytes.empty();
  }

  /// A second member may follow the first; anything else may not.
  void begin_member() {
    if (*stream.next_in != 0x1f) refuse("bytes after the end of the gzip data", "the end of the file");
    if (inflateReset(&stream) != Z_OK) throw InternalError("inflateReset");
    in_member = true;
  }

  void step() {
    if (!refill()) {
      if (in_member) refuse("gzip data that is cut off", "more bytes");
      finished = true;
      return;
    }
    if (!in_member) begin_member();
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) in_member = false;
    else if (result == Z_MEM_ERROR) throw std::bad_alloc();
    else if (result != Z_OK && result != Z_BUF_ERROR) {
      refuse(std::string("damaged gzip data (") + (stream.msg ? stream.msg : "zlib error") + ")", "valid gzip data");
    }
  }
};

Inflater::Inflater(std::function<std::span<const std::byte>()> more, std::string name, Fault fault)
    : state_(std::make_unique<State>()) {
  state_->more = std::move(more);
  state_->name = std::move(name);
  state_->fault = fault;
  constexpr int largest_window_with_gzip_header = 15 + 16;
  if (inflateInit2(&state_->stream, largest_window_with_gzip_header) != Z_OK) throw std::bad_alloc();
}

Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;
Inflater::~Inflater() = default;

std::size_t Inflater::read(std::span<std::byte> out) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;  // zlib counts in 32 bits
  z_stream& stream = state_->stream;
  std::size_t done = 0;
  while (done < out.size() && !state_->finished) {
    const std::size_t room = std::min(out.size() - done, most_at_once);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + done);
    stream.avail_out = static_cast<uInt>(room);
    while (stream.avail_out > 0 && !state_->finished) state_->step();
    done += room - stream.avail_out;
  }
  return done;
}

std::string inflate_raw(std::string_view packed, std::uint64_t size, const std::string& name) {
  constexpr std::uint64_t largest_ratio = 1032;  // of deflate
  const auto refuse = [&](const std::string& found) {
    throw UserError(Fault::data, Report{name, found, std::to_string(size) + " bytes", "fetch or pack the file again"});
  };
  if (size / largest_ratio > packed.size()) refuse("packed bytes that cannot become so many");
  constexpr std::uint64_t most = std::uint64_t{1} << 32;  // zlib counts in 32 bits
  if (size >= most || packed.size() >= most) refuse("a packed file of 4 GiB and more");
  std::string out(static_cast<std::size_t>(size), '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -15) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads them
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  const bool whole = result == Z_STREAM_END && stream.avail_out == 0 && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) refuse("damaged packed data");
  return out;
}

std::uint32_t crc_of(std::string_view bytes) {
  uLong crc = ::crc32(0, nullptr, 0);
  constexpr std::size_t step = std::size_t{1} << 30;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    crc = ::crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(std::min(step, bytes.size())));
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace gradus::data
