// A file as UTF-8 text, a window at a time, whatever its encoding is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gradus/learn/data/source.hpp"

namespace gradus::data {

class TextWindows {
 public:
  /// The text of a file, beyond `limits` refused, or text in memory that messages call `name`. Both must outlive it.
  TextWindows(Source& source, const ReadLimits& limits);
  TextWindows(std::string_view bytes, std::string name);
  TextWindows(TextWindows&&) noexcept;
  TextWindows& operator=(TextWindows&&) noexcept;
  ~TextWindows();

  /// Begins anew, reading the bytes as `encoding` (as iconv calls it) without a byte order mark. Throws UserError for
  /// an encoding that is not known, and while reading for bytes that are not of it. `returns`: lines end with CR alone,
  /// and windows show LF instead.
  void begin(const std::string& encoding, bool returns = false);
  /// From now on bytes that are not of the encoding become U+FFFD, where they are converted.
  void replace_bad_bytes();
  /// How many there were.
  std::uint64_t replaced() const;
  /// The text from where advance() left off.
  std::string_view window() const;
  /// Whether nothing follows the window.
  bool complete() const;
  /// Takes `size` bytes off the front of the window, and fills it up again.
  void advance(std::size_t size);
  /// Makes a longer window, where there is more text.
  void grow();

  /// The first bytes, as they lie in the file, at most 64 KiB.
  std::string_view start();
  const std::string& name() const;
  /// Bytes that were read since begin().
  std::uint64_t total() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The encoding by the first bytes of a text: by a byte order mark, or the zeros of UTF-16. "UTF-8" otherwise.
std::string encoding_of(std::string_view start);

}  // namespace gradus::data
