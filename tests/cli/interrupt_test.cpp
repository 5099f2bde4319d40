// Ctrl-C: once finishes the step and saves, twice stops. And what a terminal sees meanwhile.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "gradus/learn/train/saved_model.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

using namespace std::chrono_literals;

/// gradus training without end on a terminal of 80 columns.
class OnTerminal {
 public:
  explicit OnTerminal(const std::string& folder, const char* kind = "xterm") {
    winsize size{};
    size.ws_col = 80, size.ws_row = 24;
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    if (chdir(folder.c_str()) != 0) _exit(99);
    unsetenv("CI");
    unsetenv("NO_COLOR");
    setenv("TERM", kind, 1);
    execl(GRADUS_BINARY, "gradus", "train", "cars.csv", "--epochs", "1000000000", "-o", "m.gradus", "--threads", "1",
          nullptr);
    _exit(98);
  }
  ~OnTerminal() {
    if (pid_ > 0 && !ended_) kill(pid_, SIGKILL);
    if (terminal_ >= 0) close(terminal_);
  }

  /// Reads until `text` was seen, for ten seconds at most.
  bool see(const std::string& text) {
    fcntl(terminal_, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 1000 && seen.find(text) == std::string::npos; ++i) {
      read_some();
      std::this_thread::sleep_for(10ms);
    }
    return seen.find(text) != std::string::npos;
  }
  void send(int signal) const { kill(pid_, signal); }
  void press_control_c() const { ASSERT_EQ(write(terminal_, "\x03", 1), 1); }
  int wait() {
    int status = 0;
    fcntl(terminal_, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 1000; ++i) {
      read_some();
      if (waitpid(pid_, &status, WNOHANG) == pid_) {
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
      }
      std::this_thread::sleep_for(10ms);
    }
    return -1000;
  }
  std::string seen;

 private:
  void read_some() {
    char bytes[4096];
    for (ssize_t got; (got = read(terminal_, bytes, sizeof bytes)) > 0;)
      seen.append(bytes, static_cast<std::size_t>(got));
  }
  pid_t pid_ = -1;
  int terminal_ = -1;
  bool ended_ = false;
};

TEST(Interrupt, OnceSavesAndExitsWith130) {
  const test::Program gradus;
  OnTerminal run(gradus.folder.path());
  ASSERT_TRUE(run.see("rows/s")) << run.seen;
  run.press_control_c();
  EXPECT_EQ(run.wait(), 130) << run.seen;
  EXPECT_GT(io::load(gradus.folder.path("m.gradus")).record.steps, 0);
}

TEST(Interrupt, TerminationIsLikeIt) {
  const test::Program gradus;
  OnTerminal run(gradus.folder.path());
  ASSERT_TRUE(run.see("rows/s")) << run.seen;
  run.send(SIGTERM);
  EXPECT_EQ(run.wait(), 128 + SIGTERM) << run.seen;
  EXPECT_GT(io::load(gradus.folder.path("m.gradus")).record.steps, 0);
}

TEST(Interrupt, ALiveLineFitsTheTerminal) {
  const test::Program gradus;
  OnTerminal run(gradus.folder.path());
  ASSERT_TRUE(run.see("rows/s")) << run.seen;
  run.send(SIGKILL);
  run.wait();
  const std::size_t start = run.seen.find("\r\x1b[K");
  ASSERT_NE(start, std::string::npos);
  const std::size_t begin = start + 4, end = std::min(run.seen.find('\r', begin), run.seen.size());
  EXPECT_LT(end - begin, 80U) << run.seen.substr(begin, end - begin);
}

TEST(Interrupt, ADumbTerminalGetsPlainLines) {
  const test::Program gradus;
  OnTerminal run(gradus.folder.path(), "dumb");
  ASSERT_TRUE(run.see("gradient")) << run.seen;
  run.press_control_c();
  EXPECT_EQ(run.wait(), 130);
  EXPECT_EQ(run.seen.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace gradus
