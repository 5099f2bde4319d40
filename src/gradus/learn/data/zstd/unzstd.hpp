// Zstandard (RFC 8878): any number of frames one after another, nothing behind them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

/// Unpacks straight into the caller's memory, as Inflater does for gzip. Throws UserError(fault) for data that are
/// damaged (checksums too, where there are some) or cut off.
class Unzstd {
 public:
  /// Whether the program has been linked with libzstd; without it nothing else here may be called.
  static bool is_linked();
  /// `more` gives the next packed bytes, valid until the next call; none at the end.
  Unzstd(std::function<std::span<const std::byte>()> more, std::string name, Fault fault);
  Unzstd(Unzstd&&) noexcept;
  Unzstd& operator=(Unzstd&&) noexcept;
  ~Unzstd();

  /// Fills `out`; less only when everything is unpacked.
  std::size_t read(std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gradus::data
