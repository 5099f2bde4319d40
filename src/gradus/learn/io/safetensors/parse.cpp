#include <algorithm>
#include <bit>
#include <cstring>

#include "gradus/learn/io/safetensors/dtype.hpp"
#include "gradus/learn/io/safetensors/safetensors.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::io {
namespace {

constexpr std::string_view metadata_name = "__metadata__";

struct Parser {
  const std::string& file_name;

  [[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& expected) const {
    throw UserError(Fault::model_file, Report{file_name + (where.empty() ? "" : ": " + where), found, expected,
                                              "the file again from where it came, or written anew"});
  }
  [[noreturn]] void refuse_tensor(std::string_view name, const std::string& found, const std::string& expected) const {
    constexpr std::size_t longest = 100;
    refuse("tensor \"" + printable(name.substr(0, longest)) + "\"", found, expected);
  }

  std::string_view header(std::span<const std::byte> file) const {
    if (file.size() < 8) refuse("", std::to_string(file.size()) + " bytes", "at least the 8 with the header's length");
    std::uint64_t length = 0;
    for (std::size_t i = 8; i-- > 0;) length = length << 8 | std::to_integer<std::uint64_t>(file[i]);
    const std::string says = "a header of " + std::to_string(length) + " bytes";
    if (length < 2) refuse("byte 0", says, "at least 2");
    if (length > file.size() - 8)
      refuse("byte 0", says, "at most the " + std::to_string(file.size() - 8) + " that follow");
    if (length > safetensors_header_limit) {
      refuse("byte 0", says, "at most " + std::to_string(safetensors_header_limit));
    }
    const auto bytes = file.subspan(8, static_cast<std::size_t>(length));
    if (bytes[0] != std::byte{'{'}) refuse("byte 8", "no {", "the JSON object that lists the tensors");
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  const StoredDType& dtype(std::string_view name, const std::string& text) const {
    const auto found = std::find_if(stored_dtypes.begin(), stored_dtypes.end(),
                                    [&](const StoredDType& known) { return known.name == text; });
    if (found == stored_dtypes.end())
      refuse_tensor(name, "dtype \"" + printable(text) + "\"", "F32, F64, I32, I64 or U8");
    if (!found->becomes) refuse_tensor(name, "dtype " + text, "F32, F64, F16, BF16, I32, I64 or U8");
    return *found;
  }

  Shape shape(std::string_view name, const json::Array& sizes, std::int64_t& count) const {
    if (sizes.size() > max_rank) refuse_tensor(name, std::to_string(sizes.size()) + " sizes", "at most 8");
    std::array<std::int64_t, max_rank> numbers{};
    count = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      numbers[i] = sizes[i].integer();
      if (numbers[i] < 0) refuse_tensor(name, "size " + std::to_string(numbers[i]), "0 or more");
      const auto product = checked_multiply(count, numbers[i]);
      if (!product || *product >> 56)
        refuse_tensor(name, "sizes whose product is above 2^56", "numbers that fit in memory");
      count = *product;
    }
    return Shape(std::span(numbers).first(sizes.size()));
  }

  StoredTensor tensor(const std::string& name, const json::Value& value, std::uint64_t data_size) const {
    for (const auto& [key, unused] : value.object()) {
      if (key != "dtype" && key != "shape" && key != "data_offsets") {
        refuse_tensor(name, "member \"" + printable(key) + "\"", "dtype, shape and data_offsets");
      }
    }
    StoredTensor out{name, &dtype(name, value.at("dtype").text()), {}, 0, 0};
    std::int64_t count = 0;
    out.shape = shape(name, value.at("shape").array(), count);
    const json::Array& offsets = value.at("data_offsets").array();
    if (offsets.size() != 2) refuse_tensor(name, std::to_string(offsets.size()) + " offsets", "2");
    out.begin = offsets[0].natural();
    out.end = offsets[1].natural();
    const std::string range = "bytes " + std::to_string(out.begin) + " to " + std::to_string(out.end);
    if (out.begin > out.end) refuse_tensor(name, range, "offsets in ascending order");
    if (out.end > data_size) {
      refuse_tensor(name, range,
                    "an end within the " + std::to_string(data_size) + " bytes of numbers (is the file cut off?)");
    }
    const auto bytes = static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(out.dtype->size);
    if (out.end - out.begin != bytes) {
      refuse_tensor(name, range,
                    std::to_string(bytes) + " bytes for " + std::string(out.dtype->name) + to_string(out.shape));
    }
    return out;
  }

  /// Sorts by place; each tensor must begin where the one before ends, and the last end at the end of the file.
  void check_cover(std::vector<StoredTensor>& entries, std::uint64_t data_size) const {
    std::stable_sort(entries.begin(), entries.end(), [](const StoredTensor& a, const StoredTensor& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t end = 0;
    for (const StoredTensor& entry : entries) {
      if (entry.begin != end) {
        refuse_tensor(entry.name, "a begin at byte " + std::to_string(entry.begin),
                      "byte " + std::to_string(end) + ", where the tensor before it ends");
      }
      end = entry.end;
    }
    if (end != data_size) {
      refuse("", std::to_string(data_size) + " bytes of numbers", std::to_string(end) + ", where the last tensor ends");
    }
  }
};

float from_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31, exponent = half >> 10 & 31, fraction = half & 1023;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;  // below the normal numbers
  return sign ? -magnitude : magnitude;
}

Tensor widen(const StoredTensor& entry, std::span<const std::byte> bytes) {
  Tensor out(DType::f32, entry.shape);
  const auto numbers = out.as<float>();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes.data() + 2 * i, 2);
    numbers[i] = entry.dtype->name == "F16" ? from_half(bits) : std::bit_cast<float>(std::uint32_t{bits} << 16);
  }
  return out;
}

Tensor copy(const StoredTensor& entry, std::span<const std::byte> bytes) {
  Tensor out(*entry.dtype->becomes, entry.shape);
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

}  // namespace

static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie in the file");

const std::string* SafetensorsHeader::find_metadata(std::string_view key) const {
  for (const auto& [name, value] : metadata) {
    if (name == key) return &value;
  }
  return nullptr;
}

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file, const std::string& name) {
  const std::string printable_name = printable(name);
  const Parser parser{printable_name};
  const std::string_view header = parser.header(file);
  SafetensorsHeader out;
  out.size = 8 + header.size();
  // More than the largest header of tensors takes: 65,536 of 8 sizes each.
  const std::size_t memory = (std::size_t{60} << 20) + 2 * header.size();
  const json::Limits limits{.bytes = safetensors_header_limit,
                            .depth = 8,
                            .values = 20 * safetensors_tensor_limit,
                            .members = safetensors_tensor_limit + 1,
                            .items = 64,
                            .memory = memory};
  const json::Value document = json::parse(header, printable_name + ": header", Fault::model_file, limits);
  if (document.object().size() > safetensors_tensor_limit) {
    parser.refuse("", std::to_string(document.object().size()) + " tensors",
                  "at most " + std::to_string(safetensors_tensor_limit));
  }
  const std::size_t data_size = file.size() - out.size;
  for (const auto& [key, value] : document.object()) {
    if (key != metadata_name) {
      out.tensors.push_back(parser.tensor(key, value, data_size));
      continue;
    }
    for (const auto& [text_name, text] : value.object()) out.metadata.emplace_back(text_name, text.text());
  }
  parser.check_cover(out.tensors, data_size);
  return out;
}

Safetensors read_tensors(SafetensorsHeader header, std::span<const std::byte> file) {
  Safetensors out;
  out.metadata = std::move(header.metadata);
  for (StoredTensor& stored : header.tensors) {
    const auto bytes = file.subspan(header.size + static_cast<std::size_t>(stored.begin),
                                    static_cast<std::size_t>(stored.end - stored.begin));
    const bool half = stored.dtype->size == 2;
    if (half) {
      out.notes.push_back("tensor \"" + printable(stored.name) + "\": " + std::string(stored.dtype->name) +
                          " became f32");
    }
    Tensor tensor = half ? widen(stored, bytes) : copy(stored, bytes);
    out.tensors.push_back({std::move(stored.name), std::move(tensor)});
  }
  return out;
}

Safetensors parse_safetensors(std::span<const std::byte> file, const std::string& name) {
  return read_tensors(parse_safetensors_header(file, name), file);
}

}  // namespace gradus::io
