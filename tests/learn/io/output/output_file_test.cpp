#include "gradus/learn/io/output/output_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "tests/learn/io/output/failing_calls.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::io {
namespace {

using test::Call;
using test::expect_refusal;
using test::FailingCall;
using test::TemporaryFolder;
namespace fs = std::filesystem;

void write(const std::string& path, std::string_view first, std::string_view second = "") {
  const std::span<const std::byte> parts[] = {std::as_bytes(std::span(first.data(), first.size())),
                                              std::as_bytes(std::span(second.data(), second.size()))};
  OutputFile(path).write(parts);
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string read_from(int file) {
  std::string out;
  char bytes[4096];
  for (ssize_t got; (got = ::read(file, bytes, sizeof bytes)) > 0;) out.append(bytes, static_cast<std::size_t>(got));
  return out;
}

TEST(OutputFile, WritesThePartsAndNothingElse) {
  const TemporaryFolder folder;
  write(folder.path("a"), "one", "two");
  EXPECT_EQ(folder.read("a"), "onetwo");
  write(folder.path("a"), "three");
  EXPECT_EQ(folder.read("a"), "three");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(OutputFile, AReaderKeepsTheOldContent) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  std::ifstream reader(folder.path("a"));
  write(folder.path("a"), "new");
  std::string text;
  reader >> text;
  EXPECT_EQ(text, "old");
}

TEST(OutputFile, KeepsPermissionsAndLinks) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  for (const mode_t mode : {0600u, 0640u, 0604u, 0777u}) {
    ASSERT_EQ(::chmod(folder.path("a").c_str(), mode), 0);
    fs::remove(folder.path("link"));
    fs::create_symlink("a", folder.path("link"));
    write(folder.path("link"), "new");
    EXPECT_TRUE(fs::is_symlink(folder.path("link")));
    EXPECT_EQ(folder.read("a"), "new");
    EXPECT_EQ(static_cast<mode_t>(fs::status(folder.path("a")).permissions()), mode);
  }
}

TEST(OutputFile, KeepsTheOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  ASSERT_EQ(::chown(folder.path("a").c_str(), 12345, 23456), 0);
  write(folder.path("a"), "new");
  struct stat status {};
  ASSERT_EQ(::stat(folder.path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345u);
  EXPECT_EQ(status.st_gid, 23456u);
}

TEST(OutputFile, ALinkToNoFileYetStaysALink) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("far"));
  fs::create_symlink("far/second", folder.path("first"));
  fs::create_symlink("third", folder.path("far/second"));
  write(folder.path("first"), "text");
  EXPECT_TRUE(fs::is_symlink(folder.path("first")));
  EXPECT_TRUE(fs::is_symlink(folder.path("far/second")));
  EXPECT_EQ(folder.read("far/third"), "text");
}

TEST(OutputFile, OtherHardLinksKeepTheOldContent) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  fs::create_hard_link(folder.path("a"), folder.path("b"));
  write(folder.path("a"), "new");
  EXPECT_EQ(folder.read("b"), "old");
}

TEST(OutputFile, IsWrittenIntoDevicesAndFifos) {
  const TemporaryFolder folder;
  write("/dev/null", "text");
  EXPECT_EQ(fs::status("/dev/null").type(), fs::file_type::character);
  expect_refusal(
      Fault::failure, [] { write("/dev/full", "text"); }, "/dev/full: found No space left", "while writing");
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] {
    const Descriptor file(::open(folder.path("fifo").c_str(), O_RDONLY));
    got = read_from(file.number());
  });
  write(folder.path("fifo"), "through ", "the pipe");
  reader.join();
  EXPECT_EQ(got, "through the pipe");
  EXPECT_TRUE(fs::is_fifo(folder.path("fifo")));
}

TEST(OutputFile, IsWrittenIntoASocket) {
  const TemporaryFolder folder;
  const Descriptor server(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  folder.path("s").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(server.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(server.number(), 1), 0);
  std::string got;
  std::thread reader([&] {
    const Descriptor file(::accept(server.number(), nullptr, nullptr));
    got = read_from(file.number());
  });
  write(folder.path("s"), "text");
  reader.join();
  EXPECT_EQ(got, "text");
  EXPECT_TRUE(fs::is_socket(folder.path("s")));
}

// What a shell opened for `>> file` is added to, not replaced: its name would lead to another file.
TEST(OutputFile, IsWrittenIntoOpenDescriptors) {
  const TemporaryFolder folder;
  folder.write("log", "before\n");
  const Descriptor file(::open(folder.path("log").c_str(), O_WRONLY | O_APPEND));
  const std::string number = std::to_string(file.number());
  for (const std::string& path : {"/dev/fd/" + number, "/proc/self/fd/" + number,
                                  "/proc/" + std::to_string(::getpid()) + "/fd/../fd/" + number}) {
    write(path, "after\n");
  }
  fs::create_symlink("/dev/fd/" + number, folder.path("link"));
  write(folder.path("link"), "last\n");
  EXPECT_EQ(folder.read("log"), "before\nafter\nafter\nafter\nlast\n");
  const Descriptor reading(::open(folder.path("log").c_str(), O_RDONLY));
  expect_refusal(
      Fault::usage, [&] { OutputFile("/dev/fd/" + std::to_string(reading.number())); }, "for reading alone");
  expect_refusal(
      Fault::usage, [&] { OutputFile("/dev/fd/987"); }, "/dev/fd/987");
}

TEST(OutputFile, WaitsForAPipeThatDoesNotBlock) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  const Descriptor out(ends[1]);
  const std::string text(1 << 20, 'x');
  std::string got;
  std::thread reader([&] {
    const Descriptor in(ends[0]);
    ::fcntl(in.number(), F_SETFL, 0);
    while (got.size() < text.size()) {
      char bytes[4096];
      const ssize_t count = ::read(in.number(), bytes, sizeof bytes);
      if (count <= 0) break;
      got.append(bytes, static_cast<std::size_t>(count));
    }
  });
  write("/dev/fd/" + std::to_string(out.number()), text);
  reader.join();
  EXPECT_EQ(got.size(), text.size());
}

TEST(OutputFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  // A limit on the size of files fails as a full disk does: some bytes are written, then write() gives an error.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1000, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_refusal(
      Fault::failure, [&] { write(folder.path("a"), std::string(5000, 'x')); }, "a: found", "while writing",
      "what was saved there before is unchanged");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(folder.read("a"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(OutputFile, WhateverCallFailsTheOldFileIsWholeAndNothingIsLeft) {
  const std::string text(100, 'n');
  for (const Call call : {Call::write, Call::fsync, Call::close, Call::rename}) {
    for (const int error : {ENOSPC, EDQUOT, EIO}) {
      const TemporaryFolder folder;
      write(folder.path("a"), "old");
      OutputFile file(folder.path("a"));
      expect_refusal(
          Fault::failure,
          [&] {
            const FailingCall failing(call, 1, error);
            file.write(text);
          },
          "a: found ", " while ", "what was saved there before is unchanged");
      EXPECT_EQ(folder.read("a"), "old") << static_cast<int>(call);
      EXPECT_EQ(files_in(folder.path()), 1u) << static_cast<int>(call);
    }
  }
}

TEST(OutputFile, AfterAFailedSyncOfTheFolderItSaysThatTheNewFileIsThere) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  OutputFile file(folder.path("a"));
  expect_refusal(
      Fault::failure,
      [&] {
        const FailingCall failing(Call::fsync, 2, EIO);
        file.write("new");
      },
      "while syncing its folder", "the new file is in place");
  EXPECT_EQ(folder.read("a"), "new");
}

TEST(OutputFile, InterruptedAndShortWritesGoOn) {
  const TemporaryFolder folder;
  const test::ShortWrites short_writes(7);
  const FailingCall interrupted(Call::write, 3, EINTR);
  write(folder.path("a"), "0123456789", "abcdefghijklmnopqrstuvwxyz");
  EXPECT_TRUE(interrupted.reached());
  EXPECT_EQ(folder.read("a"), "0123456789abcdefghijklmnopqrstuvwxyz");
}

TEST(OutputFile, AFolderThatGoesAwayMeanwhileIsAFailure) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path("sub"));
  OutputFile file(folder.path("sub/a"));
  fs::remove_all(folder.path("sub"));
  expect_refusal(
      Fault::failure, [&] { file.write("x"); }, "/sub: found");
}

TEST(OutputFile, RefusesBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  EXPECT_NO_THROW(OutputFile(folder.path("new")));
  EXPECT_NO_THROW(OutputFile(folder.path("file")));
  EXPECT_EQ(files_in(folder.path()), 1u);
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("no/a")); }, "/no: found", "a folder to write into", "try: mkdir -p");
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("file/a")); }, "/file: found a file");
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path()); }, "found a folder");
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("new/")); }, "new/: found");
  expect_refusal(
      Fault::usage, [&] { OutputFile(""); }, "an empty path");
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path(std::string(300, 'n'))); }, "too long");
  expect_refusal(
      Fault::usage, [&] { OutputFile("/proc/self/new"); }, "/proc/self");
  fs::create_symlink("loop", folder.path("loop"));
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("loop")); }, "symbolic links");
}

TEST(OutputFile, RefusesWhatIsProtected) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  folder.write("a", "x");
  ASSERT_EQ(::chmod(folder.path("a").c_str(), 0400), 0);
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("a")); }, "Permission denied");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
  expect_refusal(
      Fault::usage, [&] { OutputFile(folder.path("b")); }, "Permission denied");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
}

TEST(OutputFile, AGrowingFileIsANewOneToo) {
  const TemporaryFolder folder;
  folder.write("log", "a longer old text\n");
  fs::create_hard_link(folder.path("log"), folder.path("old"));
  OutputFile file(folder.path("log"));
  const Descriptor log = file.begin("first\n");
  EXPECT_EQ(folder.read("log"), "first\n");
  EXPECT_EQ(write_all(log.number(), "second\n"), 0);
  EXPECT_EQ(folder.read("log"), "first\nsecond\n");
  EXPECT_EQ(folder.read("old"), "a longer old text\n");
  EXPECT_EQ(files_in(folder.path()), 2u);
}

}  // namespace
}  // namespace gradus::io
