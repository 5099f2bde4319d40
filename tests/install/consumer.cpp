// Differentiates (2x + y^2) z^3 at x = 4, y = 3, z = 2, with nothing but the installed library.
#include <cstdio>
#include <gradus/gradus.hpp>

int main() {
  gradus::Engine engine;
  gradus::Graph g;
  const auto x = g.input("x"), y = g.input("y"), z = g.input("z");
  const auto f = (2 * x + y * y) * pow(z, 3);
  const auto d = gradus::gradient(f, {x, y, z});
  const auto v = gradus::evaluate(engine, {f, d[0], d[1], d[2]}, {{x, 4.0}, {y, 3.0}, {z, 2.0}});
  const double expected[] = {136, 16, 48, 204};
  for (std::size_t i = 0; i < 4; ++i) {
    std::printf("%g ", v[i].number());
    if (v[i].number() != expected[i]) return 1;
  }
  std::puts("from the installed library");
}
