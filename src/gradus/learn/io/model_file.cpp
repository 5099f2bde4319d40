#include "gradus/learn/io/model_file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "gradus/learn/data/foreign/foreign_format.hpp"
#include "gradus/learn/data/source.hpp"
#include "gradus/learn/io/sha256.hpp"

namespace gradus::io {
namespace {

constexpr std::size_t hash_digits = 64;
const std::string no_hash(hash_digits, '0');

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::model_file, Report{place, found, expected, remedy});
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::span<const std::byte> bytes_of(const Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.data()), tensor.bytes()};
}

const std::string& metadata(const SafetensorsHeader& file, std::string_view key, const std::string& name) {
  if (const std::string* text = file.find_metadata(key)) return *text;
  refuse(name, "safetensors without the metadata \"" + std::string(key) + "\"", "a model that gradus wrote",
         "another file");
}

void check_version(const SafetensorsHeader& file, const std::string& name) {
  if (const std::string& format = metadata(file, "format", name); format != "gradus") {
    refuse(name, "safetensors of format \"" + printable(format) + "\"", "format \"gradus\"",
           "a model that gradus wrote");
  }
  const std::string& text = metadata(file, "format_version", name);
  int version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || version < 1) {
    refuse(name, "format version \"" + printable(text) + "\"", "a number from 1", "save the model again");
  }
  if (version > model_format_version) {
    const std::string* writer = file.find_metadata("library_version");
    refuse(name, "format version " + text + (writer ? ", written by gradus " + printable(*writer) : ""),
           "at most " + std::to_string(model_format_version) + ", which gradus " + std::string(library_version()) +
               " reads",
           "a newer gradus");
  }
}

/// The whole file is hashed with the digits of the hash itself read as zeros.
void check_hash(std::span<const std::byte> file, std::size_t header_size, const std::string& stated,
                const std::string& name) {
  const std::string damaged = "the file is damaged: a checksum that does not fit";
  if (stated.size() != hash_digits)
    refuse(name, "a sha256 of " + std::to_string(stated.size()) + " digits", "64", "a copy");
  std::string header(reinterpret_cast<const char*>(file.data()), header_size);
  const std::size_t at = header.find(stated);
  if (at == std::string::npos || header.find(stated, at + 1) != std::string::npos) {
    refuse(name, damaged, "the sha256 once in the header", "a copy of the file");
  }
  header.replace(at, hash_digits, no_hash);
  Sha256 hash;
  hash.add(bytes_of(header));
  hash.add(file.subspan(header_size));
  if (const std::string computed = hash.finish(); computed != stated) {
    refuse(name, damaged, "sha256 " + printable(stated.substr(0, 16)) + "..., not " + computed.substr(0, 16) + "...",
           "a copy of the file");
  }
}

void find_not_finite(const NamedTensor& named, std::vector<NotFiniteNumbers>& out) {
  if (!is_floating(named.tensor.dtype())) return;
  visit_floating(named.tensor.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto numbers = named.tensor.as<T>();
    const auto bad = std::count_if(numbers.begin(), numbers.end(), [](T x) { return !std::isfinite(x); });
    if (bad > 0) out.push_back({named.name, bad, named.tensor.count()});
  });
}

}  // namespace

std::string_view library_version() { return GRADUS_VERSION; }

const Tensor* ModelFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const NamedTensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &found->tensor;
}

void save_model_file(OutputFile& output, const ModelFile& model) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"format", "gradus"},
      {"format_version", std::to_string(model_format_version)},
      {"library_version", std::string(library_version())},
      {"sha256", no_hash},
      {"gradus", json::write(model.document)},
  };
  std::string header = safetensors_header(model.tensors, texts);
  if (header.size() - 8 > safetensors_header_limit) {
    throw UserError(Fault::failure,
                    Report{printable(output.path()), "a header of " + std::to_string(header.size() - 8) + " bytes",
                           "at most " + std::to_string(safetensors_header_limit),
                           "a net of fewer parameters, or shorter names of columns and classes"});
  }
  Sha256 hash;
  hash.add(bytes_of(header));
  for (const NamedTensor& named : model.tensors) hash.add(bytes_of(named.tensor));
  header.replace(header.find("\"sha256\":\"" + no_hash) + 10, hash_digits, hash.finish());

  std::vector<std::span<const std::byte>> parts = {bytes_of(header)};
  for (const NamedTensor& named : model.tensors) parts.push_back(bytes_of(named.tensor));
  output.write(parts);
}

void save_model_file(const std::string& path, const ModelFile& model) {
  OutputFile output(path);
  save_model_file(output, model);
}

ModelFile load_model_file(const std::string& path) {
  data::Source source(path, Fault::model_file);
  data::refuse_foreign(source, data::Wanted::model);
  constexpr data::ReadLimits limits{std::uint64_t{64} << 30, 3};  // weights hardly shrink when packed
  const std::string file = data::read_all(source, limits);
  return parse_model_file(bytes_of(file), path);
}

ModelFile parse_model_file(std::span<const std::byte> file, const std::string& name) {
  const std::string shown = printable(name);
  if (file.empty()) refuse(shown, "an empty file", "a model that gradus wrote", "another file");
  data::refuse_foreign({reinterpret_cast<const char*>(file.data()), file.size()}, data::Wanted::model, shown,
                       Fault::model_file);
  SafetensorsHeader header = parse_safetensors_header(file, name);
  check_version(header, shown);
  check_hash(file, header.size, metadata(header, "sha256", shown), shown);

  // From here on the file is as its writer made it.
  ModelFile out;
  out.document = json::parse(metadata(header, "gradus", shown), shown + ": metadata \"gradus\"");
  out.written_by = metadata(header, "library_version", shown);
  Safetensors parsed = read_tensors(std::move(header), file);
  out.notes = std::move(parsed.notes);
  for (const NamedTensor& named : parsed.tensors) find_not_finite(named, out.not_finite);
  out.tensors = std::move(parsed.tensors);
  return out;
}

void require_tensors(const ModelFile& model, std::span<const Wanted> wanted, const std::string& path) {
  std::unordered_map<std::string_view, const Tensor*> tensors;
  std::unordered_set<std::string_view> names;
  for (const NamedTensor& named : model.tensors) tensors.emplace(named.name, &named.tensor);
  std::string found, expected;
  const auto add = [](std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; };
  for (const auto& [name, type] : wanted) {
    names.insert(name);
    const auto at = tensors.find(name);
    const Tensor* tensor = at == tensors.end() ? nullptr : at->second;
    if (tensor && tensor->type() == type) continue;
    const std::string shown = "\"" + printable(name) + "\"";
    add(found, tensor ? shown + " " + to_string(tensor->type()) : "no " + shown);
    add(expected, shown + " " + to_string(type));
  }
  for (const NamedTensor& named : model.tensors) {
    if (names.contains(named.name)) continue;
    add(found, "\"" + printable(named.name) + "\" " + to_string(named.tensor.type()));
    add(expected, "no \"" + printable(named.name) + "\"");
  }
  if (!found.empty()) refuse(printable(path) + ": tensors", found, expected, "the network that the weights belong to");
}

}  // namespace gradus::io
