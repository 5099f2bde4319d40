#include "gradus/engine/machine/arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace gradus {
namespace {

constexpr std::size_t line = 64, page = 4096, huge_page = std::size_t{1} << 21;
constexpr std::size_t large_piece = std::size_t{1} << 17;

}  // namespace

void Arena::Free::operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{alignment}); }

Arena::Arena(std::size_t bytes, std::size_t least) : bytes_(bytes) {
  const std::size_t alignment = bytes >= huge_page ? huge_page : least;
  const std::size_t asked = std::max<std::size_t>(bytes, 1);
  data_ = {static_cast<std::byte*>(::operator new (asked, std::align_val_t{alignment})), Free{alignment}};
  // Before the first touch, which brings the pages. Only whole pages of this memory; a refusal does no harm.
  if (bytes >= huge_page) madvise(data_.get(), bytes / huge_page * huge_page, MADV_HUGEPAGE);
  std::memset(data_.get(), 0, asked);
}

std::size_t Pieces::whole_lines(std::size_t bytes) {
  return (std::max<std::size_t>(bytes, 1) + line - 1) / line * line;
}

std::size_t Pieces::small_bytes() const {
  std::size_t small = 0;
  for (const Piece& piece : pieces_) {
    if (whole_lines(piece.bytes) < large_piece) small += whole_lines(piece.bytes);
  }
  return small;
}

void Pieces::make() {
  const std::size_t first = skipped_ % page;
  small_ = Arena(first + small_bytes(), page);
  std::byte* next = small_.data() + first;
  for (const Piece& piece : pieces_) {
    const std::size_t bytes = whole_lines(piece.bytes);
    if (bytes >= large_piece) {
      *piece.at = large_.emplace_back(bytes).data();
    } else {
      *piece.at = next;
      next += bytes;
    }
  }
  pieces_.clear();
}

}  // namespace gradus
