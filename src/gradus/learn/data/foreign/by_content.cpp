// Formats that no magic number tells: by what is in them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "gradus/learn/data/foreign/format.hpp"

namespace gradus::data::foreign {
namespace {

using namespace std::string_view_literals;
using enum Format::Kind;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t out = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) out = out << 8 | static_cast<unsigned char>(bytes[i]);
  return out;
}

/// The name of the first file in the archive.
std::string_view first_name(std::string_view zip) {
  constexpr std::size_t header = 30;
  if (zip.size() < header) return {};
  return zip.substr(header, static_cast<std::size_t>(little_endian(zip.substr(26, 2))));
}

/// "weights" of "weights.npy"; not what a shell could take for something else, since it becomes part of a command.
std::string array_name(std::string_view file) {
  const std::string_view name = file.substr(0, file.size() - 4);
  return std::string(is_plain(name) && !name.empty() ? name : "arr_0");
}

/// A number of a protocol buffer at text[at], which moves behind it; nothing when it is cut off or too long.
std::optional<std::uint64_t> read_varint(std::string_view text, std::size_t& at) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64 && at < text.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(text[at++]);
    out |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return out;
  }
  return std::nullopt;
}

bool is_control(unsigned char c) { return (c < 0x20 && (c < '\t' || c > '\r') && c != 0x1b) || c == 0x7f; }

std::string_view without_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

bool begins_in_any_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

/// {"name": ... or a list of lists or objects: what no line of column names looks like.
bool is_json(std::string_view text) {
  if (text.starts_with('[')) {
    text = without_blanks(text.substr(1));
    return text.starts_with('{') || text.starts_with('[');
  }
  if (!text.starts_with('{')) return false;
  text = without_blanks(text.substr(1));
  if (!text.starts_with('"')) return false;
  const std::size_t end = text.find('"', 1);
  return end != std::string_view::npos && without_blanks(text.substr(end + 1)).starts_with(':');
}

/// Every second byte is 0, as in UTF-16 of mostly Latin letters; which of them.
std::optional<std::size_t> zeros_at(std::string_view text) {
  constexpr std::size_t most = 4096;
  std::array<std::size_t, 2> zeros{};
  const std::size_t size = std::min(text.size(), most) & ~std::size_t{1};
  for (std::size_t i = 0; i < size; ++i) zeros[i & 1] += text[i] == '\0' ? 1u : 0u;
  for (const std::size_t odd : {0u, 1u}) {
    if (size >= 4 && zeros[odd] * 10 >= size * 4 && zeros[1 - odd] * 50 <= size) return odd;
  }
  return std::nullopt;
}

}  // namespace

bool is_safetensors(std::string_view start) {
  return start.size() > 8 && start.substr(5, 3) == "\0\0\0"sv && start[8] == '{';
}

bool is_onnx(std::string_view start) {
  std::size_t at = 0;
  bool version = false, more = false;
  for (int fields = 0; fields < 8 && at < start.size(); ++fields) {
    const auto key = read_varint(start, at);
    if (!key) return false;
    const std::uint64_t field = *key >> 3, kind = *key & 7;
    const auto number = read_varint(start, at);  // its value, or how long its text is
    if (!number) return false;
    if (kind == 0 && (field == 1 || field == 5)) {
      if (field == 1 && (*number == 0 || *number > 100)) return false;
      version = version || field == 1;
    } else if (kind == 2 && ((field >= 2 && field <= 8 && field != 5) || field == 14 || field == 20 || field == 25)) {
      more = true;
      if (*number > start.size() - at) break;  // the graph, which goes on behind the first bytes
      at += static_cast<std::size_t>(*number);
    } else {
      return false;
    }
  }
  return version && more;
}

std::optional<Format> by_zip(std::string_view start) {
  if (start.starts_with("PK\x05\x06")) return Format{"an empty zip archive"};
  if (!start.starts_with("PK\x03\x04")) return std::nullopt;
  const auto holds = [&](std::string_view name) { return start.find(name) != std::string_view::npos; };
  const std::string first(first_name(start));
  if (holds("xl/")) return Format{"an Excel sheet (.xlsx)", with_pandas("read_excel")};
  if (holds("application/vnd.oasis.opendocument.spreadsheet"))
    return Format{"a LibreOffice sheet (.ods)", with_pandas("read_excel")};
  if (holds("word/")) return Format{"a Word document (.docx)"};
  if (holds("ppt/")) return Format{"a PowerPoint document (.pptx)"};
  if (holds("[Content_Types].xml")) return Format{"an Office document (a zip archive)", with_pandas("read_excel")};
  if (holds("application/vnd.oasis.opendocument") || holds("application/epub"))
    return Format{"a document (a zip archive)"};
  if (holds("/data.pkl") || holds("/.data/serialization_id") || holds("/byteorder"))
    return Format{
        "a PyTorch file (a zip archive with a Python pickle, which is never executed here)", {}, {}, model_of_others};
  if (holds("model.weights.h5") || holds("metadata.json"))
    return Format{"a Keras model (.keras, a zip archive)", {}, {}, model_of_others};
  if (first.ends_with(".npy"))
    return Format{
        "NumPy arrays (.npz, a zip archive)", with_numpy("[\"" + array_name(first) + "\"]"), {}, model_of_others};
  return Format{"a zip archive", {}, "unzip IN"};
}

std::optional<Format> by_text(std::string_view start) {
  if (start.starts_with("\xff\xfe\0\0"sv) || start.starts_with("\0\0\xfe\xff"sv))
    return Format{"UTF-32 text", {}, "iconv -f UTF-32 -t UTF-8 IN > OUT", Format::Kind::text};
  if (start.starts_with("\xff\xfe"))
    return Format{"UTF-16LE text", {}, "iconv -f UTF-16 -t UTF-8 IN > OUT", Format::Kind::text};
  if (start.starts_with("\xfe\xff"))
    return Format{"UTF-16BE text", {}, "iconv -f UTF-16 -t UTF-8 IN > OUT", Format::Kind::text};
  if (const auto odd = zeros_at(start)) {
    const std::string encoding = *odd == 1 ? "UTF-16LE" : "UTF-16BE";
    return Format{encoding + " text without a byte order mark",
                  {},
                  "iconv -f " + encoding + " -t UTF-8 IN > OUT",
                  Format::Kind::text};
  }
  if (start.starts_with("\xef\xbb\xbf")) start.remove_prefix(3);
  const std::string_view text = without_blanks(start);
  if (text.starts_with("version https://git-lfs.github.com/spec/"))
    return Format{"a pointer of Git LFS, not the file itself", {}, "git lfs pull"};
  const std::string_view tags[] = {"<!doctype html", "<html", "<head", "<body", "<table"};
  if (std::any_of(std::begin(tags), std::end(tags),
                  [&](std::string_view tag) { return begins_in_any_case(text, tag); }))
    return Format{
        "a web page (HTML)", "the link that downloads the table, not the page around it", {}, Format::Kind::text};
  if (text.starts_with("<?xml")) return Format{"XML text", with_pandas("read_xml"), {}, Format::Kind::text};
  if (is_json(text)) {
    const bool lines = text.find("}\n{") != std::string_view::npos || text.find("}\r\n{") != std::string_view::npos;
    return Format{"JSON text", with_pandas("read_json", lines ? ", lines=True" : ""), {}, Format::Kind::text};
  }
  return std::nullopt;
}

bool is_binary(std::string_view start) {
  constexpr std::size_t most = 4096, few = 4;
  const std::string_view part = start.substr(0, most);
  const auto controls = static_cast<std::size_t>(
      std::count_if(part.begin(), part.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); }));
  return controls >= few && controls * 20 >= part.size();
}

}  // namespace gradus::data::foreign
