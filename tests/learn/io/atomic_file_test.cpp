#include "gradus/learn/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::io {
namespace {

using test::expect_refusal;
using test::TemporaryFolder;
namespace fs = std::filesystem;

void write(const std::string& path, std::string_view first, std::string_view second = "") {
  const std::span<const std::byte> parts[] = {std::as_bytes(std::span(first.data(), first.size())),
                                              std::as_bytes(std::span(second.data(), second.size()))};
  replace_file(path, parts);
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(ReplaceFile, WritesThePartsAndNothingElse) {
  const TemporaryFolder folder;
  write(folder.path("a"), "one", "two");
  EXPECT_EQ(folder.read("a"), "onetwo");
  write(folder.path("a"), "three");
  EXPECT_EQ(folder.read("a"), "three");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(ReplaceFile, AReaderKeepsTheOldContent) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  std::ifstream reader(folder.path("a"));
  write(folder.path("a"), "new");
  std::string text;
  reader >> text;
  EXPECT_EQ(text, "old");
}

TEST(ReplaceFile, KeepsPermissionsAndLinks) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  ASSERT_EQ(::chmod(folder.path("a").c_str(), 0600), 0);
  fs::create_symlink("a", folder.path("link"));
  write(folder.path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(folder.path("link")));
  EXPECT_EQ(folder.read("a"), "new");
  EXPECT_EQ(fs::status(folder.path("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(ReplaceFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  write(folder.path("a"), "old");
  // A limit on the size of files fails as a full disk does: some bytes are written, then write() gives an error.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1000, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_refusal(
      Fault::failure, [&] { write(folder.path("a"), std::string(5000, 'x')); }, "a: found", "while writing");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(folder.read("a"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(ReplaceFile, RefusesAFolderThatIsGone) {
  const TemporaryFolder folder;
  expect_refusal(
      Fault::failure, [&] { write(folder.path("no/a"), "x"); }, "no/a", "creating");
}

TEST(CheckWritable, RefusesBeforeAnythingIsWritten) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  EXPECT_NO_THROW(check_writable(folder.path("new")));
  EXPECT_NO_THROW(check_writable(folder.path("file")));
  EXPECT_EQ(files_in(folder.path()), 1u);
  expect_refusal(
      Fault::usage, [&] { check_writable(folder.path("no/a")); }, "/no: found", "a folder to write into");
  expect_refusal(
      Fault::usage, [&] { check_writable(folder.path("file/a")); }, "/file: found a file");
  expect_refusal(
      Fault::usage, [&] { check_writable(folder.path()); }, "found a folder");
  expect_refusal(
      Fault::usage, [&] { check_writable(""); }, "an empty path");
  expect_refusal(
      Fault::usage, [&] { check_writable("/dev/null"); }, "");
  expect_refusal(
      Fault::usage, [&] { check_writable(folder.path(std::string(300, 'n'))); }, "too long");
}

TEST(CheckWritable, RefusesAReadOnlyFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0500), 0);
  expect_refusal(
      Fault::usage, [&] { check_writable(folder.path("a")); }, "Permission denied");
  ASSERT_EQ(::chmod(folder.path().c_str(), 0700), 0);
}

}  // namespace
}  // namespace gradus::io
