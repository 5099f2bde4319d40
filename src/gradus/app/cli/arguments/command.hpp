// A verb of the command line, as data: what it takes, what `--help` says, what it does.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/app/report/console.hpp"
#include "gradus/learn/io/output/call_files.hpp"

namespace gradus::cli {

/// What a command does with the file that an operand or option names, so that no output is an input.
enum class FileUse {
  none,          // it names no file
  reads,         // "-": standard input
  reads_data,    // a table, an image, an IDX file or a folder of them
  writes,        // arguments.output(); "-": standard output; replaces no model
  writes_model,  // the same, and replaces nothing but a model
};

/// "--rate NUMBER". Every verb also has --help.
struct Option {
  std::string_view name;         // "--rate"
  std::string_view value;        // what help calls its value; empty: a switch without one
  std::string_view doc;          // for help, without a full stop
  std::string_view letter = {};  // "-o"
  bool repeated = false;         // may be given several times, with different values
  std::string_view group = {};   // heading under which help lists it; empty: the heading before
  FileUse file = FileUse::none;
};

struct Operand {
  std::string_view name;  // "DATA"
  std::string_view doc;
  bool required = true;
  FileUse file = FileUse::none;
  bool repeated = false;  // the last one: may be given several times
};

struct Command;

/// What was given, still as text. Numbers are read with their range, so that every refusal names the flag and the
/// range.
class Arguments {
 public:
  Arguments(std::string verb, std::vector<std::string> operands,
            std::vector<std::pair<std::string_view, std::vector<std::string>>> options)
      : verb_(std::move(verb)), operands_(std::move(operands)), options_(std::move(options)) {}

  const std::string& verb() const { return verb_; }
  /// Operand `index` (from 0), if it was given.
  std::optional<std::string> operand(std::size_t index) const;
  /// Operand `index` (from 0). REQUIRES: the command declares it as required.
  const std::string& required(std::size_t index) const;
  const std::vector<std::string>& operands() const { return operands_; }

  /// Whether the option was given at all: what switches ask.
  bool has(std::string_view option) const { return find(option) != nullptr; }
  /// Its value, if it was given.
  std::optional<std::string> text(std::string_view option) const;
  std::string text(std::string_view option, std::string_view otherwise) const;
  /// All values of a repeated option, in order.
  std::vector<std::string> texts(std::string_view option) const;
  /// A whole number in [low, high]. Throws UserError(Fault::usage) naming the option and the range.
  std::optional<std::int64_t> integer(std::string_view option, std::int64_t low, std::int64_t high) const;

  /// All files that the call reads and writes, as open_files() found them.
  io::CallFiles& files() const { return *files_; }
  /// The file that the option names, to be written; nullptr when it was not given.
  io::OutputFile* output(std::string_view option) const;

 private:
  friend void open_files(const Command& command, Arguments& arguments);
  const std::vector<std::string>* find(std::string_view option) const;
  std::string verb_;
  std::vector<std::string> operands_;
  std::vector<std::pair<std::string_view, std::vector<std::string>>> options_;
  std::shared_ptr<io::CallFiles> files_;
  std::vector<std::pair<std::string_view, io::OutputFile*>> outputs_;
};

/// One file command_<name>.cpp defines one of these; commands.cpp lists them all.
struct Command {
  std::string_view name;
  std::string_view doc;               // one sentence without a full stop: "learns a network from a table"
  std::span<const Operand> operands;  // required ones first
  std::span<const Option> options;
  std::string_view example;  // one command line a line; works in the folder of the repository
  /// Returns the exit code, 0 when all is well. Throws UserError for everything that goes wrong.
  int (*run)(const Arguments& arguments, report::Console& console);
};

/// Looks at every file that the command reads and writes, before it begins. Throws UserError(Fault::usage) for an
/// output that cannot be written, is an input, or is another output.
void open_files(const Command& command, Arguments& arguments);

}  // namespace gradus::cli
