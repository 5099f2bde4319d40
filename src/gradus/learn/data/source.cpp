#include "gradus/learn/data/source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <system_error>
#include <vector>

#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/gzip/inflate.hpp"
#include "gradus/learn/data/spool.hpp"
#ifdef GRADUS_HAS_ZSTD
#include "gradus/learn/data/zstd/unzstd.hpp"
#endif

namespace gradus::data {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

/// "did you mean ...?" from the names in the same folder.
std::string suggest_file(const std::string& path) {
  const std::filesystem::path wanted(path);
  const auto folder = wanted.has_parent_path() ? wanted.parent_path() : std::filesystem::path(".");
  std::vector<std::string> names;
  std::error_code error;
  constexpr std::size_t most = 10'000;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end && names.size() < most;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error && !std::filesystem::exists(folder, error))
    return "the folder " + printable(folder.string()) + " does not exist";
  const std::string close = nearest(wanted.filename().string(), names);
  return close.empty() ? "another path" : "did you mean " + printable((wanted.parent_path() / close).string()) + "?";
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO (named pipe)";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "no regular file";
}

}  // namespace

struct Source::State {
  std::string name;
  Fault fault = Fault::data;
  int file = -1;
  bool standard_input = false;
  bool pipe = false;           // standard input or a FIFO, which can be read once: it is kept in `spool`
  std::optional<Spool> spool;  // what was read of it,
  bool keeps = true;           // and whether what comes is added
  struct stat opened {};
  std::uint64_t taken = 0;                             // bytes read from the file
  std::array<std::byte, std::size_t{1} << 16> buffer;  // bytes read and not yet handed on: [begin, end)
  std::size_t begin = 0, end = 0;
  std::function<std::size_t(std::span<std::byte>)> unpacker;  // of a packed file
  bool gzip = false;
  std::vector<std::byte> unpacked;  // by start or at_end, and not yet handed on from `next`
  std::size_t next = 0;

  ~State() {
    if (file >= 0 && !standard_input) ::close(file);
  }

  [[noreturn]] void refuse(const std::string& found, const std::string& expected, const std::string& remedy) const {
    throw UserError(fault, Report{name, found, expected, remedy});
  }

  void open(const std::string& path) {
    file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);  // a FIFO must not block here
    const int error = errno;
    if (file < 0 && error == ENXIO && ::stat(path.c_str(), &opened) == 0)  // a socket
      refuse(kind_of(opened.st_mode), "a regular file or a pipe", "another path");
    if (file < 0 && error == ENOENT) refuse("no such file", "a file that can be read", suggest_file(path));
    if (file < 0) {
      refuse(reason(error), "a file that can be read", error == EACCES ? "chmod u+r " + name : "another path");
    }
    if (::fstat(file, &opened) != 0) refuse(reason(errno), "a file that can be read", "another path");
    pipe = S_ISFIFO(opened.st_mode);
    if (pipe) wait_for_writer(path);
    else if (!S_ISREG(opened.st_mode)) refuse(kind_of(opened.st_mode), "a regular file or a pipe", "another path");
  }

  /// A named FIFO that nobody writes to would keep us waiting for ever; /dev/fd/63 of a shell has its writer.
  void wait_for_writer(const std::string& path) {
    constexpr int patience = 2'000;  // milliseconds
    const bool of_a_shell = path.starts_with("/dev/") || path.starts_with("/proc/");
    pollfd wanted{file, POLLIN, 0};
    if (!of_a_shell && ::poll(&wanted, 1, patience) == 0) {
      refuse("a FIFO (named pipe) that nobody writes to", "a pipe with data", "- and the data on standard input");
    }
    const int flags = ::fcntl(file, F_GETFL);
    if (flags < 0 || ::fcntl(file, F_SETFL, flags & ~O_NONBLOCK) != 0)
      refuse(reason(errno), "a pipe that can be read", "- and the data on standard input");
  }

  /// Of a pipe: first what is spooled.
  std::size_t read_raw(std::span<std::byte> out) {
    std::size_t done = 0;
    if (spool) {
      done = spool->read(out);
      taken += done;
    }
    const std::size_t fresh = done;
    while (done < out.size()) {
      const ssize_t count = ::read(file, out.data() + done, out.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0)
        refuse(reason(errno) + " after " + std::to_string(taken) + " bytes", "a file that can be read",
               "a copy of the file on another disk");
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
      taken += static_cast<std::uint64_t>(count);
    }
    if (spool && keeps) spool->write(out.subspan(fresh, done - fresh), name);
    return done;
  }

  bool refill() {
    if (begin < end) return true;
    begin = 0;
    end = read_raw(buffer);
    if (end == 0) require_unchanged();
    return end > 0;
  }

  std::span<const std::byte> hand_on() {
    if (!refill()) return {};
    const auto bytes = std::span<const std::byte>(buffer).subspan(begin, end - begin);
    begin = end;
    return bytes;
  }

  void begin_reading() {
    taken = 0, begin = end = 0, next = 0;
    unpacked.clear();
    unpacker = {};
    refill();
    gzip = data::is_gzip(std::span(buffer).first(end));
    if (gzip) {
      const auto inflater = std::make_shared<Inflater>([this] { return hand_on(); }, name, fault);
      unpacker = [inflater](std::span<std::byte> out) { return inflater->read(out); };
    }
#ifdef GRADUS_HAS_ZSTD
    constexpr std::array magic = {std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}};
    if (knows_zstd() && end >= magic.size() && std::equal(magic.begin(), magic.end(), buffer.begin())) {
      const auto frames = std::make_shared<Unzstd>([this] { return hand_on(); }, name, fault);
      unpacker = [frames](std::span<std::byte> out) { return frames->read(out); };
    }
#endif
  }

  /// Unpacks up to `most` bytes, to be handed on; returns how many there were.
  std::size_t unpack(std::size_t most) {
    unpacked.resize(most);
    unpacked.resize(unpacker(unpacked));
    next = 0;
    return unpacked.size();
  }

  void require_unchanged() const {
    if (pipe) return;
    struct stat now {};
    if (::fstat(file, &now) != 0) refuse(reason(errno), "a file that can be read", "another path");
    const bool same_time = now.st_mtim.tv_sec == opened.st_mtim.tv_sec && now.st_mtim.tv_nsec == opened.st_mtim.tv_nsec;
    if (now.st_size != opened.st_size || !same_time || taken != static_cast<std::uint64_t>(opened.st_size)) {
      refuse("a file that changed while it was read", "a file at rest", "again when its writer has finished");
    }
  }
};

Source::Source(std::string path, Fault fault) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.fault = fault;
  state.standard_input = path == "-";
  state.name = state.standard_input ? "standard input" : printable(path);
  if (state.standard_input) state.file = STDIN_FILENO;
  else state.open(path);
  if (state.standard_input) state.pipe = true;
  if (state.pipe) state.spool.emplace();
  state.begin_reading();
}

Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;
Source::~Source() = default;

std::size_t Source::read(std::span<std::byte> out) {
  if (state_->unpacker) {
    const std::size_t done = std::min(out.size(), state_->unpacked.size() - state_->next);
    std::copy_n(state_->unpacked.begin() + static_cast<std::ptrdiff_t>(state_->next), done, out.begin());
    state_->next += done;
    return done + state_->unpacker(out.subspan(done));
  }
  const std::size_t buffered = std::min(out.size(), state_->end - state_->begin);
  std::memcpy(out.data(), state_->buffer.data() + state_->begin, buffered);
  state_->begin += buffered;
  return buffered + state_->read_raw(out.subspan(buffered));
}

void Source::require_unchanged() const { state_->require_unchanged(); }

bool Source::at_end() {
  if (!state_->unpacker) return !state_->refill();
  if (state_->next < state_->unpacked.size()) return false;
  return state_->unpack(1) == 0;
}

std::span<const std::byte> Source::start() {
  if (!state_->unpacker) return std::span(state_->buffer).first(state_->end);
  if (state_->unpacked.empty()) state_->unpack(state_->buffer.size());
  return state_->unpacked;
}

void Source::keep_no_more() { state_->keeps = false; }

void Source::rewind() {
  require(state_->keeps, "Source::rewind: the bytes of a pipe were not kept");
  if (state_->spool) state_->spool->rewind();
  else if (::lseek(state_->file, 0, SEEK_SET) != 0)
    state_->refuse(reason(errno), "a file that can be read", "another path");
  state_->begin_reading();
}

std::uint64_t Source::likely_size() const {
  if (state_->pipe) return 0;
  const auto size = static_cast<std::uint64_t>(state_->opened.st_size);
  if (!packed()) return size;
  if (!state_->gzip) return 0;
  std::array<unsigned char, 4> end{};  // RFC 1952: the size modulo 2^32
  if (size < end.size() || ::pread(state_->file, end.data(), end.size(), static_cast<off_t>(size - end.size())) != 4)
    return 0;
  return end[0] | std::uint64_t{end[1]} << 8 | std::uint64_t{end[2]} << 16 | std::uint64_t{end[3]} << 24;
}

const std::string& Source::name() const { return state_->name; }
Fault Source::fault() const { return state_->fault; }
bool Source::packed() const { return static_cast<bool>(state_->unpacker); }

bool Source::is_gzip() const { return state_->gzip; }

std::optional<std::uint64_t> Source::file_size() const {
  if (state_->pipe) return std::nullopt;
  return static_cast<std::uint64_t>(state_->opened.st_size);
}

std::uint64_t Source::position() const { return state_->taken - (state_->end - state_->begin); }

bool knows_zstd() {
#ifdef GRADUS_HAS_ZSTD
  return Unzstd::is_linked();
#else
  return false;
#endif
}

void require_within(const Source& source, std::uint64_t unpacked, const ReadLimits& limits) {
  constexpr std::uint64_t free_of_ratio = std::uint64_t{32} << 20;
  if (unpacked > limits.bytes) {
    throw UserError(source.fault(), Report{source.name(), "more than " + std::to_string(limits.bytes) + " bytes",
                                           "a smaller file", "the data in parts"});
  }
  if (source.packed() && unpacked > free_of_ratio && unpacked / limits.ratio > source.position()) {
    throw UserError(
        source.fault(),
        Report{source.name(),
               "packed data that grows more than " + std::to_string(limits.ratio) + " times when unpacked",
               "at most that",
               std::string(source.is_gzip() ? "gunzip -c" : "zstd -dc") + " IN > OUT first, if it is meant to be so"});
  }
}

namespace {

/// In blocks, which are joined one by one at the end: never twice in memory, however little is known of the size.
std::optional<std::string> read_blocks(Source& source, std::uint64_t most, const ReadLimits& limits) {
  constexpr std::size_t block = std::size_t{4} << 20;
  std::vector<std::string> blocks;
  std::uint64_t size = 0;
  while (!source.at_end()) {
    if (size >= most) return std::nullopt;
    std::string& last =
        blocks.emplace_back(static_cast<std::size_t>(std::min<std::uint64_t>(block, most - size)), '\0');
    last.resize(source.read(std::as_writable_bytes(std::span(last))));
    size += last.size();
    require_within(source, size, limits);
  }
  std::string out;
  out.reserve(static_cast<std::size_t>(size));
  for (std::string& one : blocks) {
    out += one;
    std::string().swap(one);
  }
  return out;
}

/// A plain file, into exactly its size.
std::string read_plain(Source& source, const ReadLimits& limits) {
  require_within(source, *source.file_size(), limits);
  std::string out(static_cast<std::size_t>(*source.file_size()), '\0');
  out.resize(source.read(std::as_writable_bytes(std::span(out))));
  if (!source.at_end()) source.require_unchanged();
  return out;
}

}  // namespace

std::string read_all(Source& source, const ReadLimits& limits) {
  if (!source.packed() && source.file_size()) return read_plain(source, limits);
  return *read_blocks(source, std::numeric_limits<std::uint64_t>::max(), limits);
}

std::optional<std::string> read_at_most(Source& source, std::uint64_t most, const ReadLimits& limits) {
  return read_blocks(source, most, limits);
}

}  // namespace gradus::data
