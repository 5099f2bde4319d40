#include <algorithm>
#include <iterator>

#include "gradus/learn/data/foreign/format.hpp"

namespace gradus::data::foreign {
namespace {

using namespace std::string_view_literals;
using enum Format::Kind;

struct Magic {
  std::string_view bytes, name;
  std::size_t offset = 0;
};

/// Each with the reader of pandas that takes it.
struct Readable {
  std::string_view bytes, name, reader;
  std::size_t offset = 0;
};

constexpr Readable tables[] = {
    {"PAR1"sv, "a Parquet file", "read_parquet"},
    {"ARROW1\0"sv, "an Arrow (Feather) file", "read_feather"},
    {"FEA1"sv, "a Feather file", "read_feather"},
    {"ORC"sv, "an ORC file", "read_orc"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "a file of an older Office program (Excel .xls, Word .doc)", "read_excel"},
    {"<stata_dta>"sv, "a Stata file (.dta)", "read_stata"},
    {"$FL2"sv, "an SPSS file (.sav)", "read_spss"},
    {"$FL3"sv, "an SPSS file (.sav)", "read_spss"},
    {"\xc2\xea\x81\x60\xb3\x14\x11\xcf"sv, "a SAS file (.sas7bdat)", "read_sas", 12},
    {"HEADER RECORD*******LIBRARY"sv, "a SAS transport file (.xpt)", "read_sas"},
};

constexpr Magic models[] = {
    {"GGUF"sv, "a GGUF file (llama.cpp)"},
    {"lmgg"sv, "a GGML file (llama.cpp)"},
    {"tjgg"sv, "a GGML file (llama.cpp)"},
    {"TFL3"sv, "a TensorFlow Lite model", 4},
};

/// Each with the command that unpacks it.
struct Packed {
  std::string_view bytes, name, command;
  std::size_t offset = 0;
};

constexpr Packed packed[] = {
    {"\x1f\x8b"sv, "gzip data inside gzip data", "gunzip -c IN > OUT"},
    {"\x28\xb5\x2f\xfd"sv, "Zstandard data (.zst)", "zstd -d IN -o OUT"},
    {"\xfd\x37zXZ\0"sv, "xz data (.xz)", "xz -dc IN > OUT"},
    {"BZh"sv, "bzip2 data (.bz2)", "bzip2 -dc IN > OUT"},
    {"\x04\x22\x4d\x18"sv, "LZ4 data (.lz4)", "lz4 -d IN OUT"},
    {"\x5d\0\0"sv, "LZMA data (.lzma)", "xz -dc IN > OUT"},
    {"LZIP"sv, "lzip data (.lz)", "lzip -dc IN > OUT"},
    {"\x1f\x9d"sv, "compress data (.Z)", "gunzip -c IN > OUT"},
    {"\xff\x06\0\0sNaPpY"sv, "Snappy data", "snzip -dc IN > OUT"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", "7z x IN"},
    {"Rar!\x1a\x07"sv, "a RAR archive", "unrar x IN"},
    {"ustar"sv, "a tar archive", "tar -xf IN", 257},
};

constexpr Magic others[] = {
    {"\x89PNG\r\n\x1a\n"sv, "a PNG image"},
    {"\xff\xd8\xff"sv, "a JPEG image"},
    {"GIF87a"sv, "a GIF image"},
    {"GIF89a"sv, "a GIF image"},
    {"II*\0"sv, "a TIFF image"},
    {"MM\0*"sv, "a TIFF image"},
    {"WEBP"sv, "a WebP image", 8},
    {"8BPS"sv, "a Photoshop image"},
    {"\0\0\1\0"sv, "an icon (.ico)"},
    {"ftypheic"sv, "a HEIC image", 4},
    {"ftypavif"sv, "an AVIF image", 4},
    {"%PDF-"sv, "a PDF document"},
    {"%!PS"sv, "a PostScript document"},
    {"{\\rtf"sv, "an RTF document"},
    {"DICM"sv, "a DICOM image", 128},
    {"SIMPLE  ="sv, "a FITS file"},
    {"WAVE"sv, "a sound (.wav)", 8},
    {"AVI "sv, "a film (.avi)", 8},
    {"ID3"sv, "a sound (.mp3)"},
    {"fLaC"sv, "a sound (.flac)"},
    {"OggS"sv, "a sound or film (.ogg)"},
    {"ftyp"sv, "a film (.mp4)", 4},
    {"\x1a\x45\xdf\xa3"sv, "a film (.mkv, .webm)"},
    {"\x7f"
     "ELF"sv,
     "a program or library (ELF)"},
    {"MZ\x90\0"sv, "a Windows program (.exe)"},
    {"\xcf\xfa\xed\xfe"sv, "a program of macOS"},
    {"\xca\xfe\xba\xbe"sv, "a Java class"},
    {"\0asm"sv, "a WebAssembly module"},
    {"CDF\x01"sv, "a NetCDF file"},
    {"CDF\x02"sv, "a NetCDF file"},
    {"Obj\x01"sv, "an Avro file"},
    {"MATLAB 5.0 MAT-file"sv, "a MATLAB file (.mat)"},
    {"-----BEGIN "sv, "a key or certificate (PEM)"},
    {"!<arch>\n"sv, "an archive of object files or a Debian package"},
};

bool has(std::string_view start, std::string_view bytes, std::size_t offset) {
  return start.size() > offset && start.substr(offset).starts_with(bytes);
}

template <class Row, std::size_t n> const Row* find_in(const Row (&rows)[n], std::string_view start) {
  const auto found =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& row) { return has(start, row.bytes, row.offset); });
  return found == std::end(rows) ? nullptr : found;
}

/// Protocol 2 to 5 of Python's pickle and an opcode that such a stream begins with; how protocols 0 and 1 begin.
bool is_pickle(std::string_view start) {
  for (const std::string_view old : {"(dp0\n"sv, "(lp0\n"sv, "}q\0"sv, "]q\0"sv, "ccopy_reg\n"sv, "cnumpy"sv}) {
    if (start.starts_with(old)) return true;
  }
  return start.size() > 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5 &&
         "\x95}](cXKJM\x8c\x8a)NUC"sv.find(start[2]) != std::string_view::npos;
}

/// Stata's files before version 117: 105 to 115, the order of bytes, 1, 0.
bool is_old_stata(std::string_view start) {
  return start.size() > 3 && start[0] >= 105 && start[0] <= 115 && (start[1] == 1 || start[1] == 2) && start[2] == 1 &&
         start[3] == 0;
}

/// zlib: method 8, and a check of the two bytes.
bool is_zlib(std::string_view start) {
  if (start.size() < 2 || start[0] != 'x') return false;
  const auto second = static_cast<unsigned char>(start[1]);
  return second == 0x01 || second == 0x9c || second == 0xda;
}

/// IDX: two zeros, a type, and 1 to 8 sizes.
bool is_idx(std::string_view start) {
  return start.size() > 4 && start.starts_with("\0\0"sv) && "\x08\x09\x0b\x0c\x0d\x0e"sv.find(start[2]) != start.npos &&
         start[3] >= 1 && start[3] <= 8;
}

}  // namespace

std::optional<Format> by_magic(std::string_view start) {
  if (is_safetensors(start)) {
    const bool ours = start.find("\"format\":\"gradus\"") != std::string_view::npos;
    return ours ? Format{"a model that gradus trained", {}, {}, gradus_model}
                : Format{"weights as safetensors", {}, {}, model_of_others};
  }
  if (is_idx(start)) return Format{"an IDX file (images or labels)", {}, {}, images_idx};
  if (start.starts_with("SQLite format 3\0"sv))
    return Format{"an SQLite database", "sqlite3 -header -csv IN \"select * from TABLE\" > OUT"};
  if (has(start, "DUCK", 8)) return Format{"a DuckDB database", "duckdb IN -csv -c \"from TABLE\" > OUT"};
  if (start.starts_with("\x93NUMPY")) return Format{"a NumPy array (.npy)", with_numpy(""), {}, model_of_others};
  if (start.starts_with("RDX2\n") || start.starts_with("RDX3\n") || start.starts_with("X\n\0\0\0"sv))
    return Format{"R data", "Rscript -e 'write.csv(readRDS(\"IN\"), \"OUT\", row.names = FALSE)'"};
  if (const Readable* found = find_in(tables, start))
    return Format{std::string(found->name), with_pandas(found->reader)};
  if (const Magic* found = find_in(models, start)) return Format{std::string(found->name), {}, {}, model_of_others};
  if (const Packed* found = find_in(packed, start))
    return Format{std::string(found->name), {}, std::string(found->command)};
  if (is_pickle(start))
    return Format{
        "a Python pickle (also an older PyTorch file), which is never executed here", {}, {}, model_of_others};
  if (start.starts_with("\x89HDF\r\n\x1a\n"))
    return Format{"an HDF5 file (Keras .h5, pandas)", with_pandas("read_hdf"), {}, model_of_others};
  if (is_old_stata(start)) return Format{"a Stata file (.dta)", with_pandas("read_stata")};
  if (is_zlib(start))
    return Format{"zlib data",
                  {},
                  "python3 -c 'import zlib; open(\"OUT\", \"wb\").write(zlib.decompress(open(\"IN\", "
                  "\"rb\").read()))'"};
  if (const Magic* found = find_in(others, start)) return Format{std::string(found->name)};
  if (has(start, "\0\0"sv, 6) && start.starts_with("BM")) return Format{"a BMP image"};
  if (is_onnx(start)) return Format{"an ONNX model", {}, {}, model_of_others};
  return std::nullopt;
}

}  // namespace gradus::data::foreign
