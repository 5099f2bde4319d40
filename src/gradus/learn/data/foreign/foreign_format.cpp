#include "gradus/learn/data/foreign/foreign_format.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/foreign/format.hpp"

namespace gradus::data {
namespace {

using foreign::Format;

constexpr std::size_t enough = std::size_t{1} << 16;

const char* expected(Wanted wanted) {
  switch (wanted) {
    case Wanted::table: return "a table as CSV text";
    case Wanted::images: return "an IDX file of images or labels";
    case Wanted::model: return "a model that gradus wrote";
    case Wanted::settings: return "settings as TOML text";
    case Wanted::answers: return "answers as JSON text";
  }
  return "";
}

std::string hexadecimal(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out += ' ';
    out += {digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

std::string first_line(std::string_view text) {
  constexpr std::size_t longest = 40;
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return "\"" + printable(line.substr(0, longest)) + (line.size() > longest ? "...\"" : "\"");
}

bool is_text(std::string_view start) {
  return std::none_of(start.begin(), start.end(), [](char c) { return c == '\0' || c == 0x7f || (c > 0 && c < '\t'); });
}

/// Formats that are what is wanted, or that its reader knows more of.
bool is_wanted(const Format& format, std::string_view start, Wanted wanted) {
  switch (wanted) {
    case Wanted::model: return format.kind == Format::Kind::gradus_model || foreign::is_safetensors(start);
    case Wanted::images: return format.kind == Format::Kind::images_idx;
    case Wanted::answers: return format.name == "JSON text";
    case Wanted::settings: return format.name == "JSON text" && start.starts_with('[');  // [[table]] of TOML
    case Wanted::table: return format.name.starts_with("UTF-");                          // read as it is
  }
  return false;
}

std::optional<Format> identify(std::string_view start, Wanted wanted) {
  if (start.empty()) return std::nullopt;
  for (const auto by : {foreign::by_magic, foreign::by_zip, foreign::by_text}) {
    auto format = by(start);
    if (format) return is_wanted(*format, start, wanted) ? std::nullopt : std::move(format);
  }
  if ((wanted == Wanted::model || wanted == Wanted::images) && is_text(start)) {
    return Format{"text, as of a table (its first line: " + first_line(start) + ")", {}, {}, Format::Kind::text};
  }
  constexpr std::size_t shown = 8;
  // Of a model that is damaged, and of images, the reader says what is wrong with the first bytes.
  if (wanted == Wanted::images || (wanted == Wanted::model && start.substr(0, 9).ends_with('{'))) return std::nullopt;
  if (foreign::is_binary(start) || wanted == Wanted::model)
    return Format{"a binary file of no known kind (it begins with " + hexadecimal(start.substr(0, shown)) + ")"};
  return std::nullopt;
}

std::string remedy(const Format& format, Wanted wanted, std::string_view path) {
  const bool holds_text = format.kind == Format::Kind::text;
  const bool wants_text = wanted != Wanted::model && wanted != Wanted::images;
  if (!format.unpack.empty() && (wants_text || !holds_text)) return foreign::filled_in(format.unpack, path);
  if (wanted == Wanted::table) {
    if (!format.to_table.empty()) return foreign::filled_in(format.to_table, path, ".csv");
    if (format.kind == Format::Kind::gradus_model)
      return "the table that the model is to be used on; the model stands before it";
    if (format.kind == Format::Kind::images_idx) return "the folder of the four IDX files; or a model of images";
    return "the rows as text, with commas between them and a first line of names";
  }
  if (wanted == Wanted::model) {
    const bool of_others = format.kind == Format::Kind::model_of_others;
    return of_others ? "gradus train DATA -o MODEL, since weights of other programs are not read"
                     : "the model first, then the data";
  }
  if (wanted == Wanted::images) {
    if (format.kind == Format::Kind::gradus_model)
      return "the images that the model is to be used on; the model stands before them";
    return "the images as one IDX file: 0 0 8 3, then number, height and width in 4 bytes each (big-endian), then the "
           "pixels";
  }
  return wanted == Wanted::settings ? "lines such as [optimizer] and rate = 0.003"
                                    : "{\"NAME\": NUMBER, ...} by the names of --worksheet";
}

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void refuse(const ForeignFormat& found, Wanted wanted, std::string_view name, Fault fault) {
  throw UserError(fault, Report{std::string(name), found.name, expected(wanted), found.remedy});
}

}  // namespace

std::optional<ForeignFormat> foreign_format(std::span<const std::byte> start, Wanted wanted, std::string_view path) {
  const std::string_view text = view_of(start.first(std::min(start.size(), enough)));
  const auto format = identify(text, wanted);
  if (!format) return std::nullopt;
  return ForeignFormat{format->name, remedy(*format, wanted, path)};
}

void refuse_foreign(Source& source, Wanted wanted) {
  const std::string_view path = source.file_size() ? std::string_view(source.name()) : std::string_view();
  if (const auto found = foreign_format(source.start(), wanted, path))
    refuse(*found, wanted, source.name(), source.fault());
}

void refuse_foreign(std::string_view bytes, Wanted wanted, std::string_view name, Fault fault) {
  const auto start = std::as_bytes(std::span(bytes.data(), bytes.size()));
  if (const auto found = foreign_format(start, wanted, name)) refuse(*found, wanted, name, fault);
}

}  // namespace gradus::data
