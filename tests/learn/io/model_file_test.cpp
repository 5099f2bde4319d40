#include "gradus/learn/io/model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/io/sha256.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::io {
namespace {

using test::expect_refusal;
using test::TemporaryFolder;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

ModelFile small_model() {
  ModelFile model;
  model.tensors.push_back({"0.weight", Tensor::from({2, 2}, {0.5, -1, 2, 3}, DType::f32)});
  model.tensors.push_back({"0.bias", Tensor::from({2}, {0.1, 0.2}, DType::f64)});
  model.document =
      json::Object{{"net", "2 tanh"}, {"seed", std::uint64_t{18446744073709551615u}}, {"text", "\"\\\xc3\xa9"}};
  return model;
}

/// The file of small_model with one text of its metadata replaced, and its checksum made right again.
std::string with_metadata(const std::string& key, const std::string& value) {
  const TemporaryFolder folder;
  save_model_file(folder.path("m"), small_model());
  const std::string file = folder.read("m");
  Safetensors parsed = parse_safetensors(bytes_of(file), "m");
  for (auto& [name, text] : parsed.metadata) {
    if (name == key) text = value;
    if (name == "sha256") text = std::string(64, '0');
  }
  std::string out = safetensors_header(parsed.tensors, parsed.metadata);
  const std::size_t header_size = out.size();
  for (const auto& [name, tensor] : parsed.tensors) out.append(static_cast<const char*>(tensor.data()), tensor.bytes());
  Sha256 hash;
  hash.add(bytes_of(out));
  const std::size_t at = out.find(std::string(64, '0'));
  EXPECT_LT(at, header_size);
  return out.replace(at, 64, hash.finish());
}

TEST(ModelFile, ComesBackAsItWas) {
  const TemporaryFolder folder;
  const ModelFile model = small_model();
  save_model_file(folder.path("m.gradus"), model);
  const ModelFile back = load_model_file(folder.path("m.gradus"));
  EXPECT_EQ(json::write(back.document), json::write(model.document));
  EXPECT_EQ(back.written_by, library_version());
  EXPECT_TRUE(back.notes.empty());
  ASSERT_NE(back.find("0.bias"), nullptr);
  EXPECT_EQ(back.find("0.bia"), nullptr);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back.tensors[i].name, model.tensors[i].name);
    EXPECT_TRUE(same_bits(back.tensors[i].tensor, model.tensors[i].tensor));
  }
}

TEST(ModelFile, TheSameModelGivesTheSameBytes) {
  const TemporaryFolder folder;
  save_model_file(folder.path("a"), small_model());
  save_model_file(folder.path("b"), load_model_file(folder.path("a")));
  EXPECT_EQ(folder.read("a"), folder.read("b"));
}

TEST(ModelFile, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  save_model_file(folder.path("m"), small_model());
  const std::string file = folder.read("m");
  for (std::size_t length = 0; length < file.size(); ++length) {
    SCOPED_TRACE(length);
    expect_refusal(
        Fault::model_file, [&] { parse_model_file(bytes_of(file).first(length), "m"); }, "m");
  }
  expect_refusal(
      Fault::model_file, [&] { parse_model_file(bytes_of(file + "x"), "m"); }, "bytes of numbers");
}

TEST(ModelFile, EveryFlippedBitIsRefused) {
  const TemporaryFolder folder;
  save_model_file(folder.path("m"), small_model());
  std::string file = folder.read("m");
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    SCOPED_TRACE(bit);
    const auto mask = static_cast<char>(1 << bit % 8);
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ mask);
    expect_refusal(
        Fault::model_file, [&] { parse_model_file(bytes_of(file), "m"); }, "m");
    file[bit / 8] = static_cast<char>(file[bit / 8] ^ mask);
  }
  EXPECT_NO_THROW(parse_model_file(bytes_of(file), "m"));
}

TEST(ModelFile, ANewerVersionIsNamedWithOurs) {
  EXPECT_NO_THROW(parse_model_file(bytes_of(with_metadata("format_version", "1")), "m"));
  expect_refusal(
      Fault::model_file, [] { parse_model_file(bytes_of(with_metadata("format_version", "2")), "m"); },
      "format version 2", "at most 1", std::string(library_version()), "a newer gradus");
  for (const char* version : {"", "0", "-1", "1.0", "x", "99999999999999"}) {
    expect_refusal(
        Fault::model_file, [&] { parse_model_file(bytes_of(with_metadata("format_version", version)), "m"); },
        "format version");
  }
}

TEST(ModelFile, OtherSafetensorsAreNoModels) {
  expect_refusal(
      Fault::model_file, [] { parse_model_file(bytes_of(with_metadata("format", "pt")), "m"); }, "\"pt\"");
  expect_refusal(
      Fault::model_file, [] { parse_model_file(bytes_of(with_metadata("gradus", "{")), "m"); }, "metadata \"gradus\"");
  const std::string bare = safetensors_header({}, {});
  expect_refusal(
      Fault::model_file, [&] { parse_model_file(bytes_of(bare), "m"); }, "without the metadata \"format\"");
}

TEST(ModelFile, FilesOfOtherProgramsAreRecognized) {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> files[] = {{"PK\x03\x04"s, "zip"},
                                                       {"\x80\x02}q\0."s, "pickle"},
                                                       {"\x80\x04\x95"s, "pickle"},
                                                       {"\x89HDF\r\n\x1a\n"s, "HDF5"},
                                                       {"GGUF\3\0\0\0"s, "GGUF"},
                                                       {"\x93NUMPY\1\0"s, "NumPy"},
                                                       {"\x08\x07\x12\x01x"s + ":\x7f"s, "ONNX"},
                                                       {"PAR1\0"s, "Parquet"},
                                                       {"\x89PNG\r\n\x1a\n"s, "PNG"},
                                                       {"SQLite format 3\0"s, "SQLite"},
                                                       {"\0\0\x08\x01\0\0\0\x01"s, "IDX"},
                                                       {"\x01\x02\x03\x04\x05\x06"s, "no known kind"}};
  for (const auto& [bytes, name] : files) {
    const std::string content = bytes + std::string(100, '\0');
    expect_refusal(
        Fault::model_file, [&] { parse_model_file(bytes_of(content), "m"); }, name, "try:");
  }
  for (const std::string table : {"a,b\n1,2\n", "x\n", "price;year\n1;2"}) {
    expect_refusal(
        Fault::model_file, [&] { parse_model_file(bytes_of(table), "m"); }, "text, as of a table",
        "try: the model first, then the data");
  }
}

// The header's length stands first; 0x0280 to 0x0580 begin as Python pickles do.
TEST(ModelFile, EveryLengthOfTheHeaderIsRead) {
  const TemporaryFolder folder;
  for (std::size_t more = 0; more <= 1024; more += 8) {
    ModelFile model = small_model();
    model.document = json::Object{{"text", std::string(more, 'x')}};
    save_model_file(folder.path("m"), model);
    EXPECT_NO_THROW(load_model_file(folder.path("m"))) << more;
  }
}

TEST(ModelFile, WeightsThatAreNotFiniteAreNoted) {
  const TemporaryFolder folder;
  ModelFile model = small_model();
  model.tensors[0].tensor.set(1, std::nan(""));
  model.tensors[0].tensor.set(2, INFINITY);
  save_model_file(folder.path("m"), model);
  const ModelFile loaded = load_model_file(folder.path("m"));
  ASSERT_EQ(loaded.not_finite.size(), 1u);
  EXPECT_EQ(loaded.not_finite[0].tensor, "0.weight");
  EXPECT_EQ(loaded.not_finite[0].count, 2);
  EXPECT_EQ(loaded.not_finite[0].of, 4);
}

TEST(ModelFile, AllDifferencesOfTheTensorsAreListed) {
  const Wanted wanted[] = {
      {"0.weight", {DType::f32, {2, 3}}}, {"0.bias", {DType::f64, {2}}}, {"1.weight", {DType::f32, {1, 2}}}};
  expect_refusal(
      Fault::model_file, [&] { require_tensors(small_model(), wanted, "m"); }, "\"0.weight\" f32[2,2]",
      "no \"1.weight\"", "\"0.weight\" f32[2,3]", "\"1.weight\" f32[1,2]");
  expect_refusal(
      Fault::model_file, [&] { require_tensors(small_model(), std::span(wanted).subspan(1, 1), "m"); },
      "expected no \"0.weight\"");
}

TEST(ModelFile, AMissingFileSuggestsItsNeighbour) {
  const TemporaryFolder folder;
  save_model_file(folder.path("cars.gradus"), small_model());
  expect_refusal(
      Fault::model_file, [&] { load_model_file(folder.path("car.gradus")); }, "no such file", "cars.gradus");
  expect_refusal(
      Fault::model_file, [&] { load_model_file(folder.path()); }, "a folder");
  folder.write("empty", "");
  expect_refusal(
      Fault::model_file, [&] { load_model_file(folder.path("empty")); }, "an empty file");
}

}  // namespace
}  // namespace gradus::io
