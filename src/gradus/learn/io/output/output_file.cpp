#include "gradus/learn/io/output/output_file.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "gradus/learn/io/output/permissions.hpp"

namespace gradus::io {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

FileId id_of(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino)};
}

int sync(int file) {
  while (::fsync(file) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

/// So that the new name survives a loss of power, too. Returns 0 or the errno.
int sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return 0;  // a folder that may be written to but not read cannot be synced
  const int error = sync(folder.number());
  const bool unable = error == EINVAL || error == EROFS || error == ENOSYS || error == EOPNOTSUPP;
  return unable ? 0 : error;
}

/// A socket by its name: connected through a descriptor, since the address has room for 108 bytes only.
int connect_to(const std::string& path) {
  const Descriptor named(::open(path.c_str(), O_PATH | O_CLOEXEC));
  Descriptor out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!named || !out) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "/proc/self/fd/" + std::to_string(named.number());
  std::copy(name.begin(), name.end(), address.sun_path);
  if (::connect(out.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return ::fcntl(out.number(), F_DUPFD_CLOEXEC, 0);
}

/// NAME, NAME-2, NAME-3, ... before the extension.
std::string numbered(const std::string& name, int number) {
  if (number == 1) return name;
  const fs::path path(name);
  return (path.parent_path() / path.stem()).string() + "-" + std::to_string(number) + path.extension().string();
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

/// The first free name and what stands for it until it is used.
std::pair<std::string, UnfinishedFile> claim_free(const std::string& name) {
  for (int number = 1;; ++number) {
    std::string candidate = numbered(name, number);
    if (is_there(candidate)) continue;
    auto claim = UnfinishedFile::claim(".", candidate);
    if (claim && !is_there(candidate)) return {std::move(candidate), std::move(*claim)};
  }
}

}  // namespace

OutputFile::OutputFile(std::string path, std::string flag, TakenFiles taken)
    : path_(std::move(path)), flag_(std::move(flag)), taken_(std::move(taken)) {
  place_ = find_place(path_, {flag_});
  if (place_.kind == Place::Kind::descriptor) descriptor_ = Descriptor(::fcntl(place_.descriptor, F_DUPFD_CLOEXEC, 0));
  if (place_.kind != Place::Kind::file) return;
  try {  // a folder may look writable and take no file: /proc, or no room
    UnfinishedFile::create(place_.folder, true);
  } catch (const std::system_error& error) {
    throw UserError(Fault::usage,
                    Report{printable(path_), reason(error.code().value()) + " while creating a file beside it",
                           "a folder that takes new files", "another path" + (flag_.empty() ? "" : " after " + flag_)});
  }
}

OutputFile OutputFile::standard_output(std::string flag, TakenFiles taken) {
  OutputFile out;
  out.path_ = "standard output", out.flag_ = std::move(flag), out.taken_ = std::move(taken);
  out.place_ = place_of_descriptor(STDOUT_FILENO, out.path_, {out.flag_});
  out.descriptor_ = Descriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  return out;
}

OutputFile OutputFile::free_name(const std::string& name, std::string flag, TakenFiles taken) {
  OutputFile out;
  out.wanted_ = name, out.flag_ = std::move(flag), out.taken_ = std::move(taken);
  try {
    auto [path, claim] = claim_free(name);
    out.path_ = std::move(path);
    out.claim_.emplace(std::move(claim));
  } catch (const std::system_error& error) {
    throw UserError(Fault::usage,
                    Report{"the current folder", reason(error.code().value()), "room for " + printable(name),
                           out.flag_.empty() ? "another folder" : out.flag_ + " and another path"});
  }
  out.place_ = find_place(out.path_, {out.flag_});
  return out;
}

void OutputFile::fail(const std::string& doing, int error) const {
  const std::string found = reason(error) + " while " + doing;
  if (place_.kind != Place::Kind::file)
    throw UserError(Fault::failure, Report{printable(path_), found, "a place that takes all of it", "a file"});
  throw UserError(Fault::failure, Report{printable(path_), found, "a place with room that can be written to",
                                         std::string("another folder") +
                                             (replaces() ? "; what was saved there before is unchanged" : "")});
}

/// Looked at again, since much may have happened since.
Place OutputFile::place_now() const {
  if (descriptor_ || !wanted_.empty()) return place_;
  Place place = find_place(path_, {flag_, Fault::failure});
  if (!taken_ || !place.id || !place.holds_bytes) return place;
  for (const Taken& one : *taken_) {
    if (one.id != *place.id || one.id == written_) continue;
    throw UserError(Fault::failure, Report{printable(path_), "that it has become the same file as " + one.what,
                                           "another file", "the same again"});
  }
  return place;
}

Descriptor OutputFile::open_stream(const Place& place) const {
  if (place.kind == Place::Kind::descriptor) {
    Descriptor out(::fcntl(descriptor_.number(), F_DUPFD_CLOEXEC, 0));
    if (!out) fail("opening", errno);
    return out;
  }
  struct stat status {};
  const bool socket = ::stat(place.path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
  Descriptor out(socket ? connect_to(place.path) : ::open(place.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!out) fail("opening", errno);
  return out;
}

void OutputFile::write_parts(int file, Chunks parts) const {
  for (const auto part : parts) {
    if (const int error = write_all(file, part); error != 0) fail("writing", error);
  }
}

/// A new file beside the place, with all that it shall have but its name and what is in it.
UnfinishedFile OutputFile::create_beside(const Place& place) {
  remove_abandoned(place.folder);
  std::optional<UnfinishedFile> file;
  try {
    if (claim_) file.emplace(std::move(*claim_)), claim_.reset();
    else file.emplace(UnfinishedFile::create(place.folder, place.id.has_value()));
  } catch (const std::system_error& error) {
    fail("creating a file beside it", error.code().value());
  }
  if (place.id && wanted_.empty()) keep_permissions(file->file(), place.path);
  return std::move(*file);
}

void OutputFile::make_durable(const UnfinishedFile& file) const {
  if (const int error = sync(file.file()); error != 0) fail("syncing", error);
  // Some file systems tell only at the closing of any copy; the lock goes with the last of them.
  if (const int error = Descriptor(::fcntl(file.file(), F_DUPFD_CLOEXEC, 0)).close(); error != 0)
    fail("closing", error);
}

void OutputFile::move_to_free_name(UnfinishedFile& file) {
  int error = file.move_to_free(path_);
  while (error == EEXIST) {  // made by somebody who did not ask
    try {
      const auto [path, claim] = claim_free(wanted_);
      error = file.move_to_free(path);
      if (error == 0) path_ = path;
    } catch (const std::system_error& problem) {
      error = problem.code().value();
    }
  }
  if (error != 0) fail("renaming", error);
  wanted_.clear();
}

void OutputFile::replace(const Place& place, UnfinishedFile& file) {
  if (!wanted_.empty()) {
    move_to_free_name(file);
  } else if (const int error = file.move_over(place.path); error != 0) {
    fail("renaming", error);
  }
  written_ = id_of(file.file());
  if (taken_) taken_->push_back({*written_, flag_.empty() ? printable(path_) : flag_});
}

void OutputFile::start() {
  started_ = place_now();
  if (started_.kind != Place::Kind::file) stream_ = open_stream(started_);
  else file_.emplace(create_beside(started_));
}

void OutputFile::add(Chunks parts) {
  try {
    write_parts(file_ ? file_->file() : stream_.number(), parts);
  } catch (...) {
    file_.reset();  // nothing is left of it
    throw;
  }
}

void OutputFile::add(std::string_view text) {
  const std::array part{std::as_bytes(std::span(text.data(), text.size()))};
  add(part);
}

void OutputFile::finish() {
  if (!file_) {
    if (const int error = stream_.close(); error != 0) fail("closing", error);
    return;
  }
  UnfinishedFile file = std::move(*file_);
  file_.reset();
  (void)place_now();  // refuses what has become another file
  const Place place = started_;
  make_durable(file);
  replace(place, file);
  if (const int error = sync_folder(place.folder); error != 0) {
    throw UserError(Fault::failure, Report{printable(path_), reason(error) + " while syncing its folder",
                                           "a folder whose names are safe on the disk",
                                           "sync; the new file is in place and whole, but a loss of power may bring "
                                           "back what was there before"});
  }
}

void OutputFile::write(Chunks parts) {
  start();
  add(parts);
  finish();
}

void OutputFile::write(std::string_view text) {
  const std::array part{std::as_bytes(std::span(text.data(), text.size()))};
  write(part);
}

Descriptor OutputFile::begin(std::string_view first) {
  const std::array part{std::as_bytes(std::span(first.data(), first.size()))};
  const Place place = place_now();
  if (place.kind != Place::Kind::file) {
    Descriptor file = open_stream(place);
    write_parts(file.number(), part);
    return file;
  }
  UnfinishedFile file = create_beside(place);
  write_parts(file.file(), part);
  replace(place, file);
  Descriptor out = file.release();
  (void)::fcntl(out.number(), F_SETFL, O_APPEND);
  return out;
}

}  // namespace gradus::io
