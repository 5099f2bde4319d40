// Files that are no good are refused before they take memory: at most 64 MiB and four times the file.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <functional>

#include "tests/cli/program.hpp"
#include "tests/support/gzip.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GRADUS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GRADUS_SANITIZED 1
#endif
#endif

namespace gradus {
namespace {

using namespace std::string_literals;
constexpr std::size_t mib = std::size_t{1} << 20;

struct Used {
  int code = 0;
  long kib = 0;
  std::string err;
};

/// What `gradus ARGUMENTS` takes: asked of a process of its own, which has no other children.
Used run(const test::Program& gradus, const std::string& arguments) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const test::Ended ended = gradus(arguments);
    struct rusage usage {};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const Used used{ended.code, usage.ru_maxrss, {}};
    ::_exit(::write(ends[1], &used, offsetof(Used, err)) > 0 ? 0 : 1);
  }
  ::close(ends[1]);
  Used used;
  EXPECT_GT(::read(ends[0], &used, offsetof(Used, err)), 0);
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  used.err = gradus.folder.read("err.txt");
  return used;
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string out;
  out.reserve(bytes + text.size());
  while (out.size() < bytes) out += text;
  return out;
}

/// `parts` as members of one gzip file, each packed once and repeated.
std::string packed(const std::vector<std::pair<std::string, int>>& parts) {
  std::string out;
  for (const auto& [text, times] : parts) {
    const std::string member = test::pack(text);
    for (int i = 0; i < times; ++i) out += member;
  }
  return out;
}

std::string safetensors(const std::string& header, const std::string& numbers = "") {
  std::string out(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<char>(header.size() >> 8 * i);
  return out + header + numbers;
}

/// What does not pack well: numbers of ten digits.
std::string noise() {
  std::string out;
  for (unsigned i = 1; i <= 1500; ++i) out += std::to_string(1'000'000'000u + i * 2654435761u % 1'000'000'000u);
  return out;
}
std::string rows() {
  std::string out;
  for (unsigned i = 0; i < 3000; ++i) out += std::to_string(i * 2654435761u) + ",1\n";
  return out;
}

struct Bad {
  std::string arguments, name;
  std::function<std::string()> bytes;
  std::string message;
};

const Bad bad_files[] = {
    {"train f --epochs 0 -o n", "zeros in gzip",
     [] {
       return packed({{std::string(mib, '\0'), 400}});
     },
     "a binary file"},
    {"train f --epochs 0 -o n", "one long line in gzip",
     [] {
       return packed({{"a,b\n1," + noise(), 1}, {std::string(mib, 'x') + noise(), 200}});
     },
     "f:2:3: found a field of more than"},
    {"train f --epochs 0 -o n", "a quote never closed in gzip",
     [] {
       return packed({{"a,b\n1,\"" + noise(), 1}, {repeated("x\n", mib) + noise(), 200}});
     },
     "f:2:3: found a quote that is opened here"},
    // 100 times as large as its file, and a table but for the last line; the last member says that it is small.
    {"train f --epochs 0 -o n", "a bad last row in gzip",
     [] {
       return packed({{"a,b\n", 1}, {repeated("1,2\n", mib) + rows(), 120}, {"1\n", 1}});
     },
     "expected 2 fields"},
    {"train f --epochs 0 -o n", "a bad last row, of which the end of the file does not tell",
     [] {
       return test::pack("a,b\n" + repeated(rows() + repeated("1,2\n", mib), 50 * mib) + "1\n") +
              packed({{"2,3\n", 1}});
     },
     "found 1 field"},
    {"train f --epochs 0 -o n", "dense numbers", [] { return "a,b\n" + repeated("1,2\n", 60 * mib) + "1\n"; },
     "f:15728642:1: found 1 field"},
    {"train f --epochs 0 -o n", "rows of several lines",
     [] { return "a,b\n" + repeated("1,\"2\n\"\n", 40 * mib) + "1\n"; }, "found 1 field"},
    {"train f --epochs 0 -o n", "many columns", [] { return repeated("c,", 60 * mib); }, "more than 16384 fields"},
    {"inspect f", "numbers in gzip",
     [] {
       const std::string start =
           safetensors("{\"w\":{\"dtype\":\"F32\",\"shape\":[104857600],\"data_offsets\":[0,419430400]}}");
       return packed({{start, 1}, {std::string(mib, '\0'), 400}});
     },
     "grows more than 3 times"},
    {"inspect f", "a header of many lists", [] { return safetensors("{\"a\":[" + repeated("[],", 4 * mib) + "[]]}"); },
     "header: found"},
    {"inspect f", "a header of many tensors",
     [] {
       std::string header = "{\"a\":{}";
       for (int i = 0; i < 60'000; ++i) header += ",\"" + std::to_string(i) + "\":{\"a\":[0,0,0,0,0,0,0,0,0,0,0]}";
       return safetensors(header + "}");
     },
     "found"},
    {"inspect f", "numbers with a wrong checksum",
     [] {
       const std::string metadata =
           "\"__metadata__\":{\"format\":\"gradus\",\"format_version\":\"1\",\"library_version\":\"0\",\"gradus\":\"{}"
           "\",\"sha256\":\"" +
           std::string(64, 'a') + "\"}";
       return safetensors(
           "{" + metadata + ",\"w\":{\"dtype\":\"BF16\",\"shape\":[41943040],\"data_offsets\":[0,83886080]}}",
           std::string(80 * mib, '\0'));
     },
     "checksum"},
    {"predict images.gradus f", "images in gzip",
     [] {
       const std::string header = "\0\0\x08\x03\0\0\1\x90\0\0\4\0\0\0\4\0"s;  // 400 of 1024 x 1024
       return packed({{header, 1}, {std::string(mib, '\0'), 400}, {"x", 1}});
     },
     "bytes left over"},
    {"explain x --at x=1 --grade f", "answers", [] { return "{\"x\":[" + repeated("[],", 12 * mib) + "[]]}"; },
     "more than 1048576 bytes"},
    {"explain x --at x=1 --grade f", "few answers", [] { return "{\"x\":[" + repeated("[],", mib - 20) + "[]]}"; },
     "found"},
    {"train cars.csv --config f -o n", "settings", [] { return "a=[" + repeated("\"\",", mib - 20) + "\"\"]"; }, "f:1"},
};

TEST(Memory, IsNotTakenByFilesThatAreRefused) {
#ifdef GRADUS_SANITIZED
  GTEST_SKIP() << "a sanitizer takes memory of its own";
#endif
  const test::Program gradus;
  gradus.folder.write("images-idx3", "\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\2"s + "abcdefgh");
  std::filesystem::create_directory(gradus.folder.path("images"));
  for (const std::string part : {"train", "t10k"}) {
    gradus.folder.write("images/" + part + "-images", "\0\0\x08\x03\0\0\0\4\0\0\0\2\0\0\0\2"s + "abcdefghijklmnop");
    gradus.folder.write("images/" + part + "-labels", "\0\0\x08\1\0\0\0\4\0\1\0\1"s);
  }
  ASSERT_EQ(gradus("train images --epochs 1 --net '' -o images.gradus").code, 0) << gradus.folder.read("err.txt");
  for (const Bad& bad : bad_files) {
    const std::string bytes = bad.bytes();
    gradus.folder.write("f", bytes);
    const Used used = run(gradus, bad.arguments);
    EXPECT_NE(used.code, 0) << bad.name;
    EXPECT_NE(used.err.find(bad.message), std::string::npos) << bad.name << ": " << used.err;
    const auto most = static_cast<long>((64 * mib + 4 * bytes.size()) / 1024);
    EXPECT_LE(used.kib, most) << bad.name << ", of " << bytes.size() << " bytes: " << used.err;
  }
}

}  // namespace
}  // namespace gradus
