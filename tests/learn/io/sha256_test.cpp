#include "gradus/learn/io/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gradus::io {
namespace {

std::string hash(std::string_view text, std::size_t piece = 1000) {
  Sha256 sha;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    const auto part = text.substr(i, piece);
    sha.add(std::as_bytes(std::span(part.data(), part.size())));
  }
  return sha.finish();
}

// The examples of FIPS 180-4 and its test vectors (csrc.nist.gov/projects/cryptographic-standards-and-guidelines).
TEST(Sha256, ExamplesOfTheStandard) {
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSame) {
  for (std::size_t length : {55u, 56u, 57u, 63u, 64u, 65u, 119u, 120u, 128u, 1000u}) {
    const std::string text(length, 'x');
    for (std::size_t piece : {1u, 7u, 63u, 64u, 65u})
      EXPECT_EQ(hash(text, piece), hash(text, length)) << length << ' ' << piece;
  }
}

}  // namespace
}  // namespace gradus::io
