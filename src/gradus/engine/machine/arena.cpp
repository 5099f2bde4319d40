#include "gradus/engine/machine/arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace gradus {
namespace {

constexpr std::size_t line = 64, huge_page = std::size_t{1} << 21;
constexpr std::size_t large_piece = std::size_t{1} << 17;

}  // namespace

void Arena::Free::operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{alignment}); }

Arena::Arena(std::size_t bytes) : bytes_(bytes) {
  const std::size_t alignment = bytes >= huge_page ? huge_page : line;
  const std::size_t asked = std::max<std::size_t>(bytes, 1);
  data_ = {static_cast<std::byte*>(::operator new (asked, std::align_val_t{alignment})), Free{alignment}};
  // Before the first touch, which brings the pages. Only whole pages of this memory; a refusal does no harm.
  if (bytes >= huge_page) madvise(data_.get(), bytes / huge_page * huge_page, MADV_HUGEPAGE);
  std::memset(data_.get(), 0, asked);
}

void Pieces::make() {
  std::size_t small = 0;
  std::vector<std::size_t> places;
  for (Piece& piece : pieces_) {
    piece.bytes = (std::max<std::size_t>(piece.bytes, 1) + line - 1) / line * line;
    places.push_back(small);
    if (piece.bytes < large_piece) small += piece.bytes;
  }
  small_ = Arena(small);
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (pieces_[i].bytes >= large_piece) *pieces_[i].at = large_.emplace_back(pieces_[i].bytes).data();
    else *pieces_[i].at = small_.data() + places[i];
  }
  pieces_.clear();
}

}  // namespace gradus
