#include "gradus/learn/io/output/call_files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
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

TEST(CallFiles, NoOutputIsAnInputByAnyName) {
  const TemporaryFolder folder;
  folder.write("data.csv", "a,b\n1,2\n");
  fs::create_directory(folder.path("sub"));
  fs::create_hard_link(folder.path("data.csv"), folder.path("hard"));
  fs::create_symlink("hard", folder.path("soft"));
  fs::create_symlink("../soft", folder.path("sub/softer"));
  fs::create_directory_symlink(".", folder.path("here"));
  for (const char* input : {"data.csv", "hard", "soft"}) {
    for (const char* output : {"data.csv", "hard", "soft", "sub/softer", "sub/../data.csv", "here/here/hard"}) {
      CallFiles files;
      files.reads(folder.path(input), "the data");
      expect_refusal(
          Fault::usage, [&] { files.writes(folder.path(output), "-o"); }, "the same file as the data", "try: -o ");
    }
  }
  CallFiles files;
  files.reads(folder.path("data.csv"), "the data");
  EXPECT_NO_THROW(files.writes(folder.path("sub/data.csv"), "-o"));
}

TEST(CallFiles, StandardInputIsAnInput) {
  const TemporaryFolder folder;
  folder.write("data.csv", "a,b\n1,2\n");
  const Descriptor before(::dup(0));
  const Descriptor data(::open(folder.path("data.csv").c_str(), O_RDWR));
  ASSERT_EQ(::dup2(data.number(), 0), 0);
  for (const std::string& output : {folder.path("data.csv"), std::string("/dev/stdin"), std::string("/dev/fd/0")}) {
    CallFiles files;
    files.reads("-", "the data");
    expect_refusal(
        Fault::usage, [&] { files.writes(output, "-o"); }, "the same file as the data");
  }
  ::dup2(before.number(), 0);
}

TEST(CallFiles, NoTwoOutputsAreOneFile) {
  const TemporaryFolder folder;
  folder.write("a", "x");
  fs::create_hard_link(folder.path("a"), folder.path("b"));
  fs::create_symlink("new", folder.path("link"));
  fs::create_directory_symlink(".", folder.path("here"));
  ASSERT_EQ(::mkfifo(folder.path("fifo").c_str(), 0600), 0);
  const std::pair<const char*, const char*> same[] = {{"a", "a"},      {"a", "b"},           {"new", "./new"},
                                                      {"new", "link"}, {"link", "here/new"}, {"fifo", "here/fifo"}};
  for (const auto& [first, second] : same) {
    CallFiles files;
    files.writes(folder.path(first), "-o");
    expect_refusal(
        Fault::usage, [&, other = second] { files.writes(folder.path(other), "--log"); }, "the same file as -o");
  }
  CallFiles files;
  files.writes("/dev/null", "-o");
  EXPECT_NO_THROW(files.writes("/dev/null", "--log"));  // what it takes is gone anyway
  EXPECT_NO_THROW(files.writes(folder.path("a"), "--html"));
}

TEST(CallFiles, AnOutputThatBecomesAnInputIsNotWritten) {
  const TemporaryFolder folder;
  folder.write("data.csv", "a,b\n1,2\n");
  CallFiles files;
  files.reads(folder.path("data.csv"), "the data");
  OutputFile& out = files.writes(folder.path("out"), "-o");
  fs::create_symlink("data.csv", folder.path("out"));
  expect_refusal(
      Fault::failure, [&] { out.write("text"); }, "become the same file as the data");
  EXPECT_EQ(folder.read("data.csv"), "a,b\n1,2\n");
}

TEST(CallFiles, AnOutputMayBeWrittenAgain) {
  const TemporaryFolder folder;
  CallFiles files;
  OutputFile& out = files.writes(folder.path("out"), "-o");
  out.write("one");
  out.write("two");
  EXPECT_EQ(folder.read("out"), "two");
}

TEST(CallFiles, AFreeNameIsTakenOnce) {
  const TemporaryFolder folder;
  const std::string before = fs::current_path().string();
  fs::current_path(folder.path());
  folder.write("t.gradus", "");
  {
    auto first = OutputFile::free_name("t.gradus"), second = OutputFile::free_name("t.gradus");
    EXPECT_EQ(first.path(), "t-2.gradus");
    EXPECT_EQ(second.path(), "t-3.gradus");
    auto third = OutputFile::free_name("t.gradus");
    folder.write("t-4.gradus", "made by somebody else");
    third.write("third");
    EXPECT_EQ(third.path(), "t-5.gradus");
    second.write("second");
  }
  EXPECT_EQ(folder.read("t-3.gradus"), "second");
  EXPECT_EQ(folder.read("t-4.gradus"), "made by somebody else");
  EXPECT_EQ(folder.read("t-5.gradus"), "third");
  EXPECT_EQ(OutputFile::free_name("t.gradus").path(), "t-2.gradus");
  EXPECT_FALSE(fs::exists(folder.path(".t-2.gradus.gradus-unfinished")));
  fs::current_path(before);
}

}  // namespace
}  // namespace gradus::io
