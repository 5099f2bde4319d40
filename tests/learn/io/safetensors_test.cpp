#include "gradus/learn/io/safetensors/safetensors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>

#include "tests/support/refusal.hpp"

namespace gradus::io {
namespace {

using test::expect_refusal;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A file with this header and so many zero bytes of numbers.
std::string file_with(const std::string& header, std::size_t bytes) {
  std::string out;
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(header.size() >> shift & 0xff);
  return out + header + std::string(bytes, '\0');
}

template <class... Words> void refused(const std::string& header, std::size_t bytes, const Words&... words) {
  SCOPED_TRACE(header.substr(0, 200));
  expect_refusal(
      Fault::model_file, [&] { parse_safetensors(bytes_of(file_with(header, bytes)), "m"); }, words...);
}

TEST(Safetensors, TheLargestHeaderIsReadAndOthersOfItsSizeAreNot) {
  std::string header = "{", lists = "{\"a\":[";
  for (int i = 0; i < 65'536; ++i) {
    const std::string at = std::to_string(i), after = std::to_string(i + 1);
    header += (i > 0 ? ",\"" : "\"") + at + "\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[" + at +
              "," + after + "]}";
  }
  const Safetensors parsed = parse_safetensors(bytes_of(file_with(header + "}", 65'536)), "m");
  EXPECT_EQ(parsed.tensors.size(), 65'536u);
  while (lists.size() < header.size()) lists += "[],";
  refused(lists + "[]]}", 0, "more than 64 values in an array");
  std::string members = "{\"a\":{}";
  for (int i = 0; i < 60'000; ++i)
    members += ",\"" + std::to_string(i) + "\":{\"a\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}";
  refused(members + "}", 0, "more memory");
}

TEST(Safetensors, ComesBackAsItWas) {
  std::vector<NamedTensor> tensors;
  tensors.push_back({"0.weight", Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6.5}, DType::f32)});
  tensors.push_back({"b/\n../\xc3\xa9", Tensor::from({3}, {-1, 0, 1e300}, DType::f64)});
  tensors.push_back({"scalar", Tensor(7.0)});
  tensors.push_back({"none", Tensor(DType::i32, {0, 4})});
  tensors.push_back({"labels", Tensor::from({2}, {-5, 9}, DType::i64)});
  tensors.push_back({"bytes", Tensor::from({3}, {0, 128, 255}, DType::u8)});
  const std::vector<std::pair<std::string, std::string>> metadata = {{"z", "1"}, {"a", "\"quoted\"\n"}};
  std::string file = safetensors_header(tensors, metadata);
  EXPECT_EQ(file.size() % 8, 0u);
  for (const auto& [name, tensor] : tensors) file.append(static_cast<const char*>(tensor.data()), tensor.bytes());
  const Safetensors back = parse_safetensors(bytes_of(file), "m");
  EXPECT_EQ(back.metadata, metadata);
  EXPECT_TRUE(back.notes.empty());
  ASSERT_EQ(back.tensors.size(), tensors.size());
  for (const NamedTensor& named : tensors) {
    const auto found =
        std::find_if(back.tensors.begin(), back.tensors.end(), [&](const auto& t) { return t.name == named.name; });
    ASSERT_NE(found, back.tensors.end()) << named.name;
    EXPECT_TRUE(same_bits(found->tensor, named.tensor)) << named.name;
  }
}

TEST(Safetensors, LengthOfTheHeader) {
  for (std::size_t length = 0; length < 8; ++length) {
    expect_refusal(
        Fault::model_file, [&] { parse_safetensors(bytes_of(std::string(length, '\1')), "m"); }, "8");
  }
  expect_refusal(
      Fault::model_file, [] { parse_safetensors(bytes_of(std::string(8, '\0')), "m"); }, "header of 0 bytes");
  expect_refusal(
      Fault::model_file, [] { parse_safetensors(bytes_of(std::string(8, '\xff')), "m"); }, "18446744073709551615");
  expect_refusal(
      Fault::model_file, [] { parse_safetensors(bytes_of(std::string("\x09\0\0\0\0\0\0\0{}", 10)), "m"); },
      "header of 9 bytes", "at most the 2 that follow");
  refused(std::string(safetensors_header_limit + 1, ' '), 0, "at most 16777216");
}

TEST(Safetensors, HeadersThatAreNoSuchJson) {
  refused("[]", 0, "no {");
  refused(" {}", 0, "no {");
  refused("{\"a\"", 0, "header:byte");
  refused("{\"\xff\":1}", 0, "header:byte");
  refused("{\"a\":" + std::string(100'000, '['), 0, "levels of nesting");
  refused(R"({"a":1})", 0, "expected an object");
  refused(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
      8, "\"a\" twice");
  refused(R"({"__metadata__":{"x":1}})", 0, "expected text");
  refused(R"({"__metadata__":[]})", 0, "expected an object");
  refused(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})", 4, "tensor \"a\"", "\"more\"");
  refused(R"({"a":{"dtype":"F32","data_offsets":[0,4]}})", 4, "\"shape\"");
}

TEST(Safetensors, EveryTensorHasItsBytes) {
  const auto tensor = [](const std::string& name, const std::string& dtype, const std::string& shape,
                         const std::string& offsets) {
    return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
  };
  const auto one = [&](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "{" + tensor("w", dtype, shape, offsets) + "}";
  };
  refused(one("F32", "[2]", "[0,4]"), 4, "tensor \"w\"", "bytes 0 to 4", "8 bytes for F32[2]");
  refused(one("F32", "[2]", "[8,0]"), 8, "ascending");
  refused(one("F32", "[2]", "[-8,0]"), 8, "-8");
  refused(one("F32", "[2]", "[0,8]"), 7, "within the 7 bytes", "cut off");
  refused(one("F32", "[2]", "[0,8]"), 9, "9 bytes of numbers", "8, where the last tensor ends");
  refused(one("F32", "[2]", "[0,8,16]"), 8, "3 offsets");
  refused(one("F32", "[2]", "[0,18446744073709551615]"), 8, "18446744073709551615");
  refused(one("F32", "[-2]", "[0,8]"), 8, "size -2");
  refused(one("F32", "[1.5]", "[0,8]"), 8, "whole number");
  refused(one("F32", "[4294967296,4294967296,4294967296]", "[0,8]"), 8, "2^56");
  refused(one("F32", "[9223372036854775807,2]", "[0,8]"), 8, "2^56");
  refused(one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "9 sizes");
  refused(one("F99", "[2]", "[0,8]"), 8, "F99");
  refused(one("I16", "[2]", "[0,4]"), 4, "I16");
  refused("{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[2,6]") + "}", 6, "\"b\"",
          "begin at byte 2", "byte 4");
  refused("{" + tensor("a", "U8", "[4]", "[0,4]") + "," + tensor("b", "U8", "[4]", "[5,9]") + "}", 9, "\"b\"", "byte 5",
          "byte 4");
  refused("{" + tensor("a", "U8", "[4]", "[1,5]") + "}", 5, "begin at byte 1", "byte 0");
  refused("{" + tensor("a\\u001b[2J", "U8", "[4]", "[1,5]") + "}", 5, "a\\x1b[2J");
}

TEST(Safetensors, HalfNumbersBecomeF32) {
  // 1, -2, the smallest, the largest, infinity; bf16 1 and -2.5.
  const std::uint16_t bits[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3f80, 0xc020};
  std::string file = file_with(
      R"({"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[10,14]}})",
      0);
  file.append(reinterpret_cast<const char*>(bits), sizeof bits);
  const Safetensors back = parse_safetensors(bytes_of(file), "m");
  EXPECT_EQ(back.tensors[0].tensor.numbers(), (std::vector<double>{1, -2, std::ldexp(1.0, -24), 65504, INFINITY}));
  EXPECT_EQ(back.tensors[1].tensor.numbers(), (std::vector<double>{1, -2.5}));
  EXPECT_EQ(back.notes, (std::vector<std::string>{"tensor \"h\": F16 became f32", "tensor \"b\": BF16 became f32"}));
}

TEST(Safetensors, ManyTensorsOverTheSameBytesAreRefusedQuickly) {
  std::string header = "{";
  for (int i = 0; i < 200'000; ++i) {
    header += (i ? ",\"" : "\"") + std::to_string(i) + "\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}";
  }
  header += "}";
  const auto start = std::chrono::steady_clock::now();
  refused(header, 8, "more than 65537 members");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));  // generous: sanitizers, other tests
}

TEST(Safetensors, NamesAreTakenOnce) {
  std::vector<NamedTensor> tensors(2);
  tensors[0].name = tensors[1].name = "w";
  expect_refusal(
      Fault::usage, [&] { safetensors_header(tensors, {}); }, "\"w\"");
  tensors.resize(1);
  tensors[0].name = "__metadata__";
  expect_refusal(
      Fault::usage, [&] { safetensors_header(tensors, {}); }, "__metadata__");
}

}  // namespace
}  // namespace gradus::io
