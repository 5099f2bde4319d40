// Any text as a configuration file: only UserError may come out, and every value that is accepted can be shown.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/support/memory_file.hpp"
#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/arguments/toml/read_config.hpp"
#include "gradus/core/base/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gradus;
  static const fuzz::MemoryFile file("config");
  if (!file.write({reinterpret_cast<const char*>(bytes), size})) return 0;
  try {
    cli::Settings settings;
    for (const cli::Assignment& assignment : cli::read_config(file.path())) {
      try {
        cli::assign(settings, assignment);
      } catch (const UserError&) {  // an unknown key, or a value out of its range: the next ones are tried all the same
      }
    }
    for (const cli::Setting& setting : cli::all_settings()) setting.show(settings);
  } catch (const UserError&) {
  }
  return 0;
}
