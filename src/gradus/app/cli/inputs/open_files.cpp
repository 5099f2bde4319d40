#include <algorithm>
#include <array>
#include <cstdio>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {
namespace {

/// "the model", "the data"; "the file of --config".
std::string called(std::string_view name) {
  if (name.starts_with("--")) return "the file of " + std::string(name);
  return name.find("MODEL") != std::string_view::npos ? "the model" : "the data";
}

void note_reads(io::CallFiles& files, FileUse use, std::string_view name, const std::string& path) {
  if (use == FileUse::reads) files.reads(path, called(name));
  if (use != FileUse::reads_data) return;
  for (const std::string& file : files_of_data(path)) files.reads(file, called(name));
}

struct Look {
  bool empty = false;
  bool model = false;  // it begins with the length of a header and the header's brace
};

Look look_at(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return {};
  std::array<unsigned char, 9> start{};
  const std::size_t got = std::fread(start.data(), 1, start.size(), file.get());
  return {got == 0, got == start.size() && start[8] == '{' && start[7] == 0};
}

/// A model in the place of a table, or a text in the place of a model: slips of the hand that lose a file.
void refuse_loss(const io::OutputFile& output, FileUse use) {
  if (!output.replaces()) return;
  const Look found = look_at(output.place().path);
  if (found.empty || found.model == (use == FileUse::writes_model)) return;
  throw UserError(Fault::usage,
                  Report{output.flag() + " " + printable(output.path()),
                         found.model ? "a model" : "a file that is there and is not a model",
                         use == FileUse::writes_model ? "a new name, or a model to replace" : "a new name",
                         output.flag() + " " + io::name_beside(output.place().path)});
}

}  // namespace

void open_files(const Command& command, Arguments& arguments) {
  auto files = std::make_shared<io::CallFiles>();
  for (std::size_t i = 0; i < arguments.operands_.size() && !command.operands.empty(); ++i) {
    const Operand& operand = command.operands[std::min(i, command.operands.size() - 1)];
    note_reads(*files, operand.file, operand.name, arguments.operands_[i]);
  }
  for (const Option& option : command.options) {
    for (const std::string& path : arguments.texts(option.name)) note_reads(*files, option.file, option.name, path);
  }
  files->prints();
  for (const Option& option : command.options) {
    const auto path = arguments.text(option.name);
    if ((option.file != FileUse::writes && option.file != FileUse::writes_model) || !path) continue;
    io::OutputFile& file = files->writes(*path, std::string(option.letter.empty() ? option.name : option.letter));
    refuse_loss(file, option.file);
    arguments.outputs_.emplace_back(option.name, &file);
  }
  arguments.files_ = std::move(files);
}

io::OutputFile* Arguments::output(std::string_view option) const {
  const auto found =
      std::find_if(outputs_.begin(), outputs_.end(), [&](const auto& one) { return one.first == option; });
  return found == outputs_.end() ? nullptr : found->second;
}

}  // namespace gradus::cli
