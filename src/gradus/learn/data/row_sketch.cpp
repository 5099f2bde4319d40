#include "gradus/learn/data/row_sketch.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <numeric>
#include <string_view>

namespace gradus::data {
namespace {

/// A bijection that changes half of the bits for each bit that changes: the finalizer of SplitMix64.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t out = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : text) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return mix(out);
}

/// What a number adds to the hash of its row under a name's key; 0 adds nothing, so that one-hot columns are cheap.
std::uint64_t term(std::uint64_t key, std::uint64_t bits) {
  return bits == 0 ? 0 : mix(key ^ (bits * 0x9e3779b97f4a7c15u));
}

std::uint64_t bits_of(double number) {
  const auto rounded = static_cast<float>(number);
  return rounded == 0 ? 0 : std::bit_cast<std::uint32_t>(rounded);  // -0 is 0
}

class RowHash {
 public:
  explicit RowHash(const Dataset& dataset) : dataset_(dataset) {
    const bool bytes = dataset.features.dtype() == DType::u8;
    const auto size = static_cast<std::size_t>(dataset.row_size());
    const std::size_t words = bytes ? (size + 7) / 8 : size;
    for (std::size_t i = 0; i < words; ++i) {
      const bool named = i < dataset.feature_names.size();
      keys_.push_back(named ? hash_text(dataset.feature_names[i]) : mix(i + 1));
    }
    for (const std::string& name : dataset.class_names) classes_.push_back(hash_text(name));
  }

  std::uint64_t operator()(std::int64_t row) const {
    std::uint64_t out = features(row);
    for (const Input& input : dataset_.inputs) {
      out += numbers(hash_text(input.name), input.values, row, input.shape().count());
    }
    if (dataset_.several.empty()) return mix(out + target(row));
    for (const Target& of : dataset_.several) out += target(hash_text(of.name), of, row);
    return mix(out);
  }

 private:
  std::uint64_t features(std::int64_t row) const {
    const std::size_t size = static_cast<std::size_t>(dataset_.row_size()),
                      first = static_cast<std::size_t>(row) * size;
    std::uint64_t out = 0;
    if (dataset_.features.dtype() == DType::u8) {
      const auto bytes = dataset_.features.as<std::uint8_t>().subspan(first, size);
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + 8 * i, std::min<std::size_t>(8, size - 8 * i));
        out += term(keys_[i], word);
      }
      return out;
    }
    visit_floating(dataset_.features.dtype(), [&]<class T>(std::type_identity<T>) {
      const auto numbers = dataset_.features.as<T>().subspan(first, size);
      for (std::size_t i = 0; i < size; ++i) out += term(keys_[i], bits_of(static_cast<double>(numbers[i])));
    });
    return out;
  }

  /// Of row `row` of a tensor whose rows have `width` numbers.
  static std::uint64_t numbers(std::uint64_t key, const Tensor& of, std::int64_t row, std::int64_t width) {
    std::uint64_t out = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      out += term(mix(key + static_cast<std::uint64_t>(i)), bits_of(of.number(row * width + i)));
    }
    return out;
  }

  static std::uint64_t target(std::uint64_t key, const Target& of, std::int64_t row) {
    if (of.task == Task::regression) return numbers(key, of.values, row, of.values.shape().last());
    const auto number = static_cast<std::size_t>(of.values.as<std::int64_t>()[static_cast<std::size_t>(row)]);
    return mix(key ^ (number < of.class_names.size() ? hash_text(of.class_names[number]) : number));
  }

  std::uint64_t target(std::int64_t row) const {
    constexpr std::uint64_t key = 0x7461726765740000u;
    const auto at = static_cast<std::size_t>(row);
    if (dataset_.task == Task::classification) {
      const auto number = static_cast<std::size_t>(dataset_.targets.as<std::int64_t>()[at]);
      return mix(key ^ (number < classes_.size() ? classes_[number] : number));
    }
    const std::int64_t width = dataset_.targets.shape().last();
    std::uint64_t out = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      out += term(mix(key + static_cast<std::uint64_t>(i)), bits_of(dataset_.targets.number(row * width + i)));
    }
    return out;
  }

  const Dataset& dataset_;
  std::vector<std::uint64_t> keys_, classes_;
};

void keep_least(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  if (hashes.size() > RowSketch::most) hashes.resize(RowSketch::most);
}

}  // namespace

RowSketch sketch_rows(const Dataset& dataset, std::span<const std::int64_t> rows) {
  const RowHash hash(dataset);
  RowSketch out;
  std::uint64_t greatest = ~std::uint64_t{0};
  for (const std::int64_t row : rows) {
    const std::uint64_t h = hash(row);
    if (h > greatest) continue;
    out.hashes.push_back(h);
    if (out.hashes.size() < 4 * RowSketch::most) continue;
    keep_least(out.hashes);
    if (!out.complete()) greatest = out.hashes.back();
  }
  keep_least(out.hashes);
  return out;
}

Overlap find_overlap(const RowSketch& sketch, const Dataset& dataset) {
  Overlap out{dataset.rows(), 0, 0};
  if (sketch.hashes.empty()) return out;
  const RowHash hash(dataset);
  for (std::int64_t row = 0; row < out.rows; ++row) {
    const std::uint64_t h = hash(row);
    if (!sketch.complete() && h > sketch.hashes.back()) continue;
    ++out.looked_up;
    out.found += std::binary_search(sketch.hashes.begin(), sketch.hashes.end(), h) ? 1 : 0;
  }
  return out;
}

std::string to_text(const RowSketch& sketch) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const std::uint64_t hash : sketch.hashes) {
    for (int shift = 60; shift >= 0; shift -= 4) out += digits[hash >> shift & 15u];
  }
  return out;
}

RowSketch read_row_sketch(const std::string& text) {
  constexpr std::size_t width = 16;
  RowSketch out;
  bool good = text.size() % width == 0 && text.size() / width <= RowSketch::most;
  for (std::size_t at = 0; good && at < text.size(); at += width) {
    std::uint64_t hash = 0;
    const char* const end = text.data() + at + width;
    good =
        std::from_chars(text.data() + at, end, hash, 16).ptr == end && (out.hashes.empty() || hash > out.hashes.back());
    out.hashes.push_back(hash);
  }
  if (good) return out;
  throw UserError(Fault::model_file, Report{"row hashes", "a text that is none",
                                            "16 hexadecimal digits each, ascending", "save the model again"});
}

}  // namespace gradus::data
