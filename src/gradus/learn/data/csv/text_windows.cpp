#include "gradus/learn/data/csv/text_windows.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/encoding.hpp"

namespace gradus::data {
namespace {

constexpr std::size_t usual_window = std::size_t{1} << 20;
const auto no_converter = reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr): as iconv says it

}  // namespace

struct TextWindows::State {
  Source* source = nullptr;
  ReadLimits limits;
  std::string_view memory;
  std::size_t memory_at = 0;
  std::string name;
  std::string encoding = "UTF-8";
  iconv_t converter = no_converter;
  std::vector<char> packed;  // bytes that were read and not yet converted
  std::uint64_t total = 0;   // bytes that were read
  std::string buffer;        // [begin, ...) is the window, unless it is `memory` itself
  std::size_t begin = 0;
  std::size_t wanted = usual_window;
  bool ended = false;  // all bytes were read
  bool lenient = false;
  bool returns = false;  // CR becomes LF
  std::uint64_t replaced = 0;

  bool direct() const { return source == nullptr && converter == no_converter && !returns; }

  ~State() { close(); }
  void close() {
    if (converter != no_converter) ::iconv_close(converter);
    converter = no_converter;
  }

  std::size_t read(std::span<char> out) {
    if (source == nullptr) {
      const std::size_t size = std::min(out.size(), memory.size() - memory_at);
      std::copy_n(memory.begin() + static_cast<std::ptrdiff_t>(memory_at), size, out.begin());
      memory_at += size;
      ended = memory_at == memory.size();
      return size;
    }
    const std::size_t size = source->read(std::as_writable_bytes(out));
    total += size;
    require_within(*source, total, limits);
    ended = source->at_end();
    return size;
  }

  /// Bytes of the shortest character.
  std::size_t unit() const {
    if (encoding.starts_with("UTF-16")) return 2;
    return encoding.starts_with("UTF-32") ? 4 : 1;
  }

  /// Converts what was read, all of it but the start of a character.
  void convert() {
    char* in = packed.data();
    std::size_t left = packed.size();
    while (left > 0) {
      std::array<char, std::size_t{1} << 14> out;
      char* to = out.data();
      std::size_t room = out.size();
      const std::size_t result = ::iconv(converter, &in, &left, &to, &room);
      buffer.append(out.data(), out.size() - room);
      if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
      if (errno == EINVAL && !ended) break;
      if (lenient) {
        const std::size_t bad = errno == EINVAL ? left : std::min(left, unit());
        in += bad, left -= bad;
        buffer += "\xef\xbf\xbd";
        ++replaced;
        continue;
      }
      throw UserError(Fault::data,
                      Report{name, "bytes that are not " + encoding + " text near byte " + std::to_string(total - left),
                             encoding + " text", "another --encoding, as windows-1252 or utf-8"});
    }
    packed.erase(packed.begin(), packed.end() - static_cast<std::ptrdiff_t>(left));
  }

  void fill() {
    if (direct()) return;
    buffer.erase(0, begin);
    begin = 0;
    const std::size_t old = buffer.size();
    while (!ended && buffer.size() < wanted) {
      if (converter == no_converter) {
        const std::size_t kept = buffer.size();
        buffer.resize(wanted);
        buffer.resize(kept + read(std::span(buffer).subspan(kept)));
        continue;
      }
      const std::size_t kept = packed.size();
      packed.resize(kept + (std::size_t{1} << 16));
      packed.resize(kept + read(std::span(packed).subspan(kept)));
      convert();
    }
    if (returns) std::replace(buffer.begin() + static_cast<std::ptrdiff_t>(old), buffer.end(), '\r', '\n');
  }
};

TextWindows::TextWindows(Source& source, const ReadLimits& limits) : state_(std::make_unique<State>()) {
  state_->source = &source;
  state_->limits = limits;
  state_->name = source.name();
}

TextWindows::TextWindows(std::string_view bytes, std::string name) : state_(std::make_unique<State>()) {
  state_->memory = bytes;
  state_->name = std::move(name);
}

TextWindows::TextWindows(TextWindows&&) noexcept = default;
TextWindows& TextWindows::operator=(TextWindows&&) noexcept = default;
TextWindows::~TextWindows() = default;

void TextWindows::begin(const std::string& encoding, bool returns) {
  State& s = *state_;
  s.returns = returns;
  s.close();
  s.encoding = encoding;
  const bool plain = encoding == "UTF-8";
  if (!plain) s.converter = ::iconv_open("UTF-8", encoding.c_str());
  if (!plain && s.converter == no_converter) {
    throw UserError(Fault::usage,
                    Report{"--encoding", "\"" + printable(encoding) + "\"",
                           "an encoding that iconv knows (iconv -l lists them)", "--encoding windows-1252"});
  }
  if (s.source != nullptr && (s.total > 0 || s.ended)) s.source->rewind();
  s.total = 0;
  s.memory_at = 0;
  s.buffer.clear();
  s.packed.clear();
  s.begin = 0;
  s.wanted = usual_window;
  s.ended = s.direct();
  s.fill();
  s.begin = 0;
  const std::string_view text = window();
  const std::size_t mark = text.size() - without_mark(text).size();
  s.begin = mark;
  s.memory_at = s.direct() ? mark : s.memory_at;
}

void TextWindows::replace_bad_bytes() { state_->lenient = true; }
std::uint64_t TextWindows::replaced() const { return state_->replaced; }

std::string_view TextWindows::window() const {
  if (state_->direct()) return state_->memory.substr(state_->memory_at);
  return std::string_view(state_->buffer).substr(state_->begin);
}

bool TextWindows::complete() const { return state_->ended; }

void TextWindows::advance(std::size_t size) {
  State& s = *state_;
  if (s.direct()) {
    s.memory_at += size;
    return;
  }
  s.begin += size;
  s.wanted = usual_window;
  if (!s.ended) s.fill();
}

void TextWindows::grow() {
  State& s = *state_;
  if (s.ended) return;
  s.wanted = 2 * std::max(s.wanted, s.buffer.size() - s.begin);
  s.fill();
}

std::string_view TextWindows::start() {
  constexpr std::size_t most = std::size_t{1} << 16;
  if (state_->source == nullptr) return state_->memory.substr(0, most);
  const auto bytes = state_->source->start();
  return {reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), most)};
}

const std::string& TextWindows::name() const { return state_->name; }
std::uint64_t TextWindows::total() const { return state_->total; }

std::string encoding_of(std::string_view start) {
  using namespace std::string_view_literals;
  if (start.starts_with("\xff\xfe\0\0"sv) || start.starts_with("\0\0\xfe\xff"sv)) return "UTF-32";
  if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff")) return "UTF-16";
  std::array<std::size_t, 2> zeros{};
  const std::size_t size = std::min<std::size_t>(start.size(), 4096) & ~std::size_t{1};
  for (std::size_t i = 0; i < size; ++i) zeros[i & 1] += start[i] == '\0' ? 1U : 0U;
  for (const std::size_t odd : {0U, 1U}) {
    if (size >= 4 && zeros[odd] * 10 >= size * 4 && zeros[1 - odd] * 50 <= size)
      return odd == 1 ? "UTF-16LE" : "UTF-16BE";
  }
  return "UTF-8";
}

}  // namespace gradus::data
