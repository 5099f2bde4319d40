#include "gradus/app/cli/run.hpp"

int main(int argc, char** argv) { return gradus::cli::run(argc, argv); }
