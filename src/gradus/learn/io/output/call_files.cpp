#include "gradus/learn/io/output/call_files.hpp"

#include <unistd.h>

#include <filesystem>

namespace gradus::io {
namespace {

constexpr const char* standard_output = "standard output";

}  // namespace

std::string name_beside(const std::string& path) {
  const std::filesystem::path given(path);
  std::error_code ignored;
  for (int number = 2;; ++number) {
    const std::string name = given.stem().string() + "-" + std::to_string(number) + given.extension().string();
    const std::string out = (given.parent_path() / name).string();
    if (!std::filesystem::exists(std::filesystem::symlink_status(out, ignored))) return printable(out);
  }
}

CallFiles::CallFiles() : taken_(std::make_shared<std::vector<Taken>>()) {}

void CallFiles::reads(const std::string& path, const std::string& what) {
  if (const auto id = readable_file(path)) taken_->push_back({*id, what});
}

void CallFiles::refuse_taken(const Place& place, const std::string& path, const std::string& flag) const {
  const bool is_stream = place.kind != Place::Kind::file;
  const auto refuse = [&](const std::string& other) {
    const std::string where = flag == path ? flag : flag + " " + printable(path);
    throw UserError(Fault::usage, Report{where, "the same file as " + other, "another file",
                                         is_stream ? "another place" : flag + " " + name_beside(place.path)});
  };
  for (const Taken& one : *taken_) {
    if (place.id && place.holds_bytes && one.id == *place.id) refuse(one.what);
  }
  for (const auto& output : outputs_) {
    if (same_place(place, output->place())) refuse(output->flag());
  }
}

void CallFiles::prints() {
  try {
    printed_ = place_of_descriptor(STDOUT_FILENO, standard_output, {});
  } catch (const UserError&) {
    return;  // closed: said when something is printed
  }
  for (const Taken& one : *taken_) {
    if (!printed_->id || !printed_->holds_bytes || one.id != *printed_->id) continue;
    throw UserError(Fault::usage,
                    Report{standard_output, "the same file as " + one.what, "another file", "> and another name"});
  }
}

OutputFile& CallFiles::add(OutputFile file) {
  const Place& place = file.place();
  refuse_taken(place, file.path(), file.flag());
  const bool is_printed = printed_ && same_place(place, *printed_);
  if (is_printed && place.kind != Place::Kind::descriptor) {
    throw UserError(Fault::usage, Report{file.flag() + " " + printable(file.path()),
                                         "the file that standard output goes to", "another file", file.flag() + " -"});
  }
  standard_output_is_taken_ |= is_printed || place.descriptor == STDOUT_FILENO;
  outputs_.push_back(std::make_unique<OutputFile>(std::move(file)));
  return *outputs_.back();
}

OutputFile& CallFiles::writes(const std::string& path, const std::string& flag) {
  if (path == "-") return add(OutputFile::standard_output(flag, taken_));
  return add(OutputFile(path, flag, taken_));
}

OutputFile& CallFiles::writes_free_name(const std::string& name, const std::string& flag) {
  return add(OutputFile::free_name(name, flag, taken_));
}

}  // namespace gradus::io
