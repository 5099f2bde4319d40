// The real program, run in a folder of its own.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "tests/support/paths.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::test {

struct Ended {
  int code = 0;
  std::string out, err;
};

inline constexpr const char* cars_csv =
    "kilometres,fuel,age,price\n"
    "38000,gasoline,3,17000\n12000,gasoline,1,20800\n190000,diesel,14,4900\n52000,gasoline,5,12400\n96000,diesel,7,"
    "9600\n";

/// A folder with cars.csv and whatever a test adds.
class Program {
 public:
  Program() { folder.write("cars.csv", cars_csv); }

  /// `gradus` with `arguments` as a shell reads them, standard input empty unless they redirect it.
  Ended operator()(const std::string& arguments, const std::string& environment = "") const {
    const std::string line = "cd '" + folder.path() + "' && unset CI NO_COLOR; " + environment +
                             " '" GRADUS_BINARY "' </dev/null " + arguments + " >out.txt 2>err.txt";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), folder.read("out.txt"),
            folder.read("err.txt")};
  }

  TemporaryFolder folder;
};

}  // namespace gradus::test
