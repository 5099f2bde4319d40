#include "gradus/learn/data/npy/zip.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/gzip/inflate.hpp"

namespace gradus::data {
namespace {

constexpr std::uint64_t in_extra = 0xffffffff;  // the number is in the record of zip64

class Archive {
 public:
  Archive(std::string_view bytes, const std::string& name, std::uint64_t most)
      : bytes_(bytes), name_(name), most_(most) {}

  std::vector<ZipEntry> read() {
    constexpr std::size_t end_size = 22, longest_comment = 65'535;
    const std::size_t from =
        bytes_.size() > end_size + longest_comment ? bytes_.size() - end_size - longest_comment : 0;
    const std::size_t end = bytes_.substr(from).rfind("PK\5\6");
    if (end == std::string_view::npos) refuse("a zip archive without its list of files (cut off?)");
    const std::size_t at = from + end;
    part(at, end_size);
    const std::uint64_t count = number(at + 10, 2), first = number(at + 16, 4);
    if (number(at + 4, 2) != 0 || first == in_extra) refuse("a zip archive of several parts, or of 4 GiB and more");
    std::vector<ZipEntry> out;
    std::uint64_t place = first;
    for (std::uint64_t i = 0; i < count; ++i) place = read_entry(place, out);
    return out;
  }

 private:
  [[noreturn]] void refuse(const std::string& found) const {
    throw UserError(Fault::data, Report{name_, found, "a zip archive of arrays, as numpy.savez writes it",
                                        "numpy.savez of the arrays again"});
  }

  std::uint64_t number(std::uint64_t at, std::size_t size) const {
    if (at > bytes_.size() || bytes_.size() - at < size) refuse("a zip archive that is cut off");
    std::uint64_t out = 0;
    for (std::size_t i = size; i-- > 0;)
      out = out << 8 | static_cast<unsigned char>(bytes_[static_cast<std::size_t>(at) + i]);
    return out;
  }

  std::string_view part(std::uint64_t at, std::uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) refuse("a zip archive that is cut off");
    return bytes_.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(size));
  }

  /// A size that has no room in its 32 bits, from the extra field.
  std::uint64_t wide(std::uint64_t value, std::uint64_t& extra, std::uint64_t end) const {
    if (value != in_extra) return value;
    if (extra + 8 > end) refuse("a size that is missing in the zip archive");
    extra += 8;
    return number(extra - 8, 8);
  }

  void check_name(const std::string& entry) {
    const bool outside = entry.starts_with('/') || entry.find("..") != std::string::npos;
    if (outside) refuse("the name " + printable(entry) + " in the zip archive");
    if (!names_.insert(entry).second) refuse("two files called " + printable(entry) + " in the zip archive");
  }

  /// The entry whose record in the list begins at `at`; behind it.
  std::uint64_t read_entry(std::uint64_t at, std::vector<ZipEntry>& out) {
    if (part(at, 4) != "PK\1\2") refuse("a damaged list of files in the zip archive");
    const std::uint64_t flags = number(at + 8, 2), method = number(at + 10, 2), crc = number(at + 16, 4);
    const std::uint64_t name_size = number(at + 28, 2), extra_size = number(at + 30, 2);
    const std::uint64_t next = at + 46 + name_size + extra_size + number(at + 32, 2);
    ZipEntry entry{std::string(part(at + 46, name_size)), {}};
    check_name(entry.name);
    std::uint64_t extra = at + 46 + name_size;
    const std::uint64_t extra_end = extra + extra_size;
    while (extra + 4 <= extra_end && number(extra, 2) != 1) extra += 4 + number(extra + 2, 2);
    extra += 4;
    const std::uint64_t size = wide(number(at + 24, 4), extra, extra_end);
    const std::uint64_t packed = wide(number(at + 20, 4), extra, extra_end);
    const std::uint64_t begin = wide(number(at + 42, 4), extra, extra_end);
    if ((flags & 1) != 0) refuse("an encrypted file in the zip archive");
    if (method != 0 && method != 8) refuse("a file packed by method " + std::to_string(method) + " in the zip archive");
    if (size > most_ - total_ || packed > bytes_.size()) refuse("more than " + std::to_string(most_) + " bytes in it");
    total_ += size;
    if (part(begin, 4) != "PK\3\4") refuse("a file that is not where the zip archive says");
    const std::uint64_t data = begin + 30 + number(begin + 26, 2) + number(begin + 28, 2);
    const bool overlaps = std::any_of(ranges_.begin(), ranges_.end(), [&](const auto& range) {
      return begin < range.second && range.first < data + packed;
    });
    if (overlaps) refuse("files that lie over one another in the zip archive");
    ranges_.emplace_back(begin, data + packed);
    const std::string_view content = part(data, packed);
    if (method == 0 && size != packed) refuse("a stored file of another size in the zip archive");
    entry.bytes = method == 0 ? std::string(content) : inflate_raw(content, size, name_);
    if (crc_of(entry.bytes) != crc) refuse("the file " + printable(entry.name) + " with a wrong checksum");
    out.push_back(std::move(entry));
    return next;
  }

  std::string_view bytes_;
  const std::string& name_;
  std::uint64_t most_, total_ = 0;
  std::set<std::string> names_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges_;
};

}  // namespace

std::vector<ZipEntry> unzip(std::string_view bytes, const std::string& name, std::uint64_t most) {
  return Archive(bytes, name, most).read();
}

}  // namespace gradus::data
