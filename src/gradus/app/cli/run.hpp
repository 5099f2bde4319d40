// The whole program: from the words of the command line to the exit code. No exception leaves it.
#pragma once

namespace gradus::cli {

int run(int argc, const char* const* argv);

}  // namespace gradus::cli
