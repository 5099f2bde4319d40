#include "gradus/learn/data/foreign/foreign_format.hpp"

#include <gtest/gtest.h>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::data {
namespace {

using namespace std::string_literals;
using test::expect_refusal;
using test::TemporaryFolder;

struct Sample {
  std::string start;   // as the format's own description has it
  std::string name;    // words that must be in the message
  std::string remedy;  // the same, where something can be done about a table
};

/// A local file header of a zip archive (APPNOTE 4.3.7) and the file's bytes.
std::string zipped(const std::string& name, const std::string& bytes = "xxxx") {
  const std::string length = {static_cast<char>(name.size()), '\0'};
  return "PK\x03\x04\x14\0\0\0\0\0"s + std::string(16, '\1') + length + "\0\0"s + name + bytes;
}

const std::vector<Sample> binary_files = {
    {zipped("[Content_Types].xml") + zipped("xl/workbook.xml"), "an Excel sheet (.xlsx)", "pandas.read_excel"},
    {zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), "LibreOffice", "pandas.read_excel"},
    {zipped("[Content_Types].xml") + zipped("word/document.xml"), "a Word document", ""},
    {zipped("net/data.pkl") + zipped("net/byteorder"), "PyTorch", ""},
    {zipped("metadata.json") + zipped("model.weights.h5"), "Keras", ""},
    {zipped("cars.csv"), "a zip archive", "unzip f.csv"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"s + std::string(24, '\0'), "Excel .xls", "pandas.read_excel"},
    {"PAR1\x15\0\x15"s, "a Parquet file", "pandas.read_parquet"},
    {"ARROW1\0\0"s, "Feather", "pandas.read_feather"},
    {"ORC\x08\x03"s, "an ORC file", "pandas.read_orc"},
    {"r\x02\x01\0\x04\0"s, "a Stata file", "pandas.read_stata"},
    {"SQLite format 3\0\x10\0"s, "an SQLite database", "sqlite3 -header -csv f.csv"},
    {"\x28\xb5\x2f\xfd\x04\x58"s, "Zstandard", "zstd -d f.csv -o f-2.csv"},
    {"\xfd\x37zXZ\0\0\4"s, "xz data", "xz -dc f.csv > f-2.csv"},
    {"BZh91AY&SY"s, "bzip2", "bzip2 -dc f.csv"},
    {"\x04\x22\x4d\x18\x64\x40\xa7"s, "LZ4", "lz4 -d f.csv"},
    {std::string(257, 'c') + "ustar\0"s + "00", "a tar archive", "tar -xf f.csv"},
    {"\x1f\x8b\x08\0"s, "gzip data inside gzip data", "gunzip"},
    {"\x80\x04\x95\x1c\0\0\0\0\0\0\0}\x94"s, "pickle", ""},
    {"\x80\x02}q\0."s, "pickle", ""},
    {"(dp0\nVw\np1\n"s, "pickle", ""},
    {"\x89HDF\r\n\x1a\n\0\0"s, "HDF5", "pandas.read_hdf"},
    {"GGUF\3\0\0\0\1\0\0\0"s, "GGUF", ""},
    {"\x08\x0a\x12\x07pytorch\x1a\x05"s + "2.1.0:\xff\x7f"s, "an ONNX model",
     ""},                                                     // producer_name 2, version 3, graph 7
    {"\x08\x09\x42\x02\x10\x11:\x7f"s, "an ONNX model", ""},  // opset_import 8, graph 7
    {"\x88\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\""s, "safetensors", ""},
    {"\x88\0\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"gradus\""s, "a model that gradus trained", "stands before"},
    {"\0\0\x08\x03\0\0\0\x02\0\0\0\x04"s, "an IDX file", "the folder"},
    {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG image", ""},
    {"\xff\xd8\xff\xe0\0\x10JFIF"s, "a JPEG image", ""},
    {"RIFF\x24\0\0\0WEBPVP8 "s, "a WebP image", ""},
    {"RIFF\x24\0\0\0WAVEfmt "s, "a sound", ""},
    {"%PDF-1.7\n%\xe2\xe3"s, "a PDF document", ""},
    {"\x7f"
     "ELF\2\1\1\0"s,
     "a program", ""},
    {"\x01\x02\x03\x04\x05\x06\x07\x08\xfe\xff"s, "a binary file of no known kind (it begins with 01 02 03 04", ""},
};

TEST(ForeignFormat, ATableThatIsNoneIsNamedWithWhatToDo) {
  const TemporaryFolder folder;
  for (const Sample& sample : binary_files) {
    const std::string bytes = sample.start + std::string(100, '\xee');
    const auto found = foreign_format(std::as_bytes(std::span(bytes)), Wanted::table, "f.csv");
    ASSERT_TRUE(found.has_value()) << sample.name;
    EXPECT_NE(found->name.find(sample.name), std::string::npos) << found->name << ", not " << sample.name;
    EXPECT_NE(found->remedy.find(sample.remedy), std::string::npos) << found->remedy << ", not " << sample.remedy;
    EXPECT_FALSE(found->remedy.empty()) << sample.name;
    EXPECT_EQ(found->remedy.find("iconv"), std::string::npos) << found->remedy;
    // The same from a file, and in memory.
    if (sample.name.find("gzip") != std::string::npos || (sample.name == "Zstandard" && knows_zstd())) continue;
    folder.write("f.csv", bytes);
    expect_refusal(
        Fault::data, [&] { read_csv(folder.path("f.csv")); }, "f.csv: found ", sample.name, "CSV text; try: ");
    folder.write("packed", test::pack(bytes));
    expect_refusal(
        Fault::data, [&] { read_csv(folder.path("packed")); }, sample.name);
    expect_refusal(
        Fault::data, [&] { parse_csv(bytes, "f.csv"); }, sample.name);
  }
}

TEST(ForeignFormat, ImagesThatAreNoneAreNamed) {
  const TemporaryFolder folder;
  const Sample samples[] = {
      {"a,b\n1,2\n", "text, as of a table (its first line: \"a,b\")", ""},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "a PNG image", ""},
      {"\x93NUMPY\1\0v\0{'descr'"s, "a NumPy array", ""},
      {"\x88\0\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"gradus\""s, "a model that gradus trained", ""},
      {"\x28\xb5\x2f\xfd\x04\x58"s, "Zstandard", ""}};
  for (const Sample& sample : samples) {
    if (sample.name == "Zstandard" && knows_zstd()) continue;
    folder.write("f", sample.start);
    expect_refusal(
        Fault::data, [&] { read_idx_file(folder.path("f")); }, sample.name, "an IDX file of images", "try: ");
  }
}

TEST(ForeignFormat, TextsThatAreNoTables) {
  const Sample samples[] = {
      {"<!DOCTYPE html>\n<html lang=\"en\">", "a web page", "the link"},
      {"\n <HTML><body>", "a web page", "the link"},
      {"<?xml version=\"1.0\"?>\n<rows>", "XML", "pandas.read_xml"},
      {"{\"a\": [1, 2]}", "JSON", "read_json(\"t.csv\")"},
      {"[{\"a\": 1}]", "JSON", "read_json(\"t.csv\")"},
      {"{\"a\": 1}\n{\"a\": 2}\n", "JSON", "lines=True"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "Git LFS", "git lfs pull"},
  };
  for (const Sample& sample : samples) {
    expect_refusal(
        Fault::data, [&] { parse_csv(sample.start, "t.csv"); }, sample.name, sample.remedy);
  }
}

TEST(ForeignFormat, TablesAreTables) {
  const std::string plain[] = {"a,b\n1,2\n",     "PARIS,b\n1,2\n",
                               "[x],{y}\n1,2\n", "{x,y}\n1,2\n",
                               "<a>,b\n1,2\n",   "BMI,b\n1,2\n",
                               "x\x1b,y\n1,2\n", "OR,and\n1,2\n",
                               "II*,b\n1,2\n",   "\xef\xbb\xbfGIF,b\n1,2\n",
                               "\"a\",b\n1,2\n", "caf\xc3\xa9,\xe6\x97\xa5\n1,2\n"};
  for (const std::string& text : plain) EXPECT_NO_THROW(parse_csv(text, "t.csv")) << text;
}

TEST(ForeignFormat, CommandsHaveThePathQuotedAsAShellNeedsIt) {
  const std::string bytes = "PAR1" + std::string(10, '\0');
  const std::pair<const char*, const char*> quoted[] = {
      {"a b.csv", "read_parquet(\"a b.csv\").to_csv(\"a b-2.csv\""},
      {"$(rm x).csv", "read_parquet(\"$(rm x).csv\").to_csv(\"$(rm x)-2.csv\""},
      {"it's", "read_parquet(\"it'\\''s\").to_csv(\"it'\\''s.csv\""},
      {"a\"b.pq", "read_parquet(\"a\\\"b.pq\").to_csv(\"a\\\"b.csv\""}};
  for (const auto& [path, command] : quoted) {
    const auto found = foreign_format(std::as_bytes(std::span(bytes)), Wanted::table, path);
    EXPECT_NE(found->remedy.find(command), std::string::npos) << found->remedy;
  }
  for (const char* path : {"-x", "", "a\nb"}) {
    const auto found = foreign_format(std::as_bytes(std::span(bytes)), Wanted::table, path);
    ASSERT_TRUE(found.has_value());
    EXPECT_NE(found->remedy.find("read_parquet(\"IN\").to_csv(\"OUT\""), std::string::npos) << found->remedy;
  }
  const auto found = foreign_format(std::as_bytes(std::span(bytes)), Wanted::table, "data/t.parquet");
  EXPECT_NE(found->remedy.find("read_parquet(\"data/t.parquet\").to_csv(\"data/t.csv\""), std::string::npos);
}

// A huge file is not read to be refused.
TEST(ForeignFormat, IsToldFromTheFirstBytes) {
  const TemporaryFolder folder;
  folder.write("huge", "PAR1");
  std::filesystem::resize_file(folder.path("huge"), std::uintmax_t{1} << 40);
  expect_refusal(
      Fault::data, [&] { read_csv(folder.path("huge")); }, "Parquet");
}

TEST(ForeignFormat, OtherEncodingsOfTextHaveTheirCommand) {
  expect_refusal(
      Fault::data, [] { parse_csv("a,b\n1,\x81\x90\n", "t.csv"); }, "0x81", "iconv -f ENCODING");
  try {  // too few strange bytes to be told from text at once, but no text either
    parse_csv("a,b\n1,text text text text text\x01\xe9\n", "t.csv");
    ADD_FAILURE() << "nothing was refused";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()).find("iconv"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus::data
