#include "gradus/app/cli/run.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>

#include "gradus/app/cli/arguments/parse.hpp"
#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/help.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"

namespace gradus::cli {
namespace {

/// A closed descriptor 0, 1 or 2 would be given to the next file that is opened, and that file be written over.
void fill_closed_streams() {
  for (const int descriptor : {0, 1, 2}) {
    if (fcntl(descriptor, F_GETFD) != -1) continue;
    // Reading where one should write: writing to a closed standard output stays an error.
    const int opened = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY);
    if (opened != descriptor && opened >= 0) close(opened);
  }
}

int dispatch(const std::vector<std::string>& words, report::Console& console) {
  if (words.empty()) {
    console.say(help_of_all(console.err().width));
    return exit_usage;
  }
  const std::string& first = words.front();
  if (first == "--version" || first == "-V") {
    console.print("gradus " GRADUS_VERSION "\n");
    return exit_ok;
  }
  if (first == "--help" || first == "-h" || (first == "help" && words.size() == 1)) {
    console.print(help_of_all(console.out().width));
    return exit_ok;
  }
  if (first == "help") {
    console.print(help_of(find_command(words[1]), console.out().width));
    return exit_ok;
  }
  const Command& command = find_command(first);
  Arguments arguments = parse(command, std::span(words).subspan(1));
  if (arguments.has("--help")) {
    console.print(help_of(command, console.out().width));
    return exit_ok;
  }
  open_files(command, arguments);
  if (arguments.files().standard_output_is_taken()) console.print_to_error();
  return command.run(arguments, console);
}

int defect(report::Console& console, const char* what) {
  console.say(std::string("this is a defect in gradus: ") + printable(what) +
              "\nplease report it with this command line and the output of gradus --version");
  return exit_failure;
}

}  // namespace

int run(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a write error, not a reason to lose the model
  std::signal(SIGXFSZ, SIG_IGN);  // the same for a limit on the size of files
  fill_closed_streams();
  report::Console console;
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    const int code = dispatch(words, console);
    console.flush();
    return code;
  } catch (const UserError& error) {
    if (!console.reader_gone()) console.say(error.what());  // `| head` has read all that it wants
    return exit_code(error.fault());
  } catch (const InternalError& error) {
    return defect(console, error.what());
  } catch (const std::bad_alloc&) {
    console.say(
        "memory: found too little; expected room for the data and the network; try: a smaller --batch or --net");
    return exit_failure;
  } catch (const std::exception& error) {
    return defect(console, error.what());
  } catch (...) {
    return defect(console, "an exception of unknown kind");
  }
}

}  // namespace gradus::cli
