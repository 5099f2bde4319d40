// Derivatives as a graph: f = (2x + y^2) z^3 and its gradient at x = 4, y = 3, z = 2.
#include <cstdio>
#include <gradus/gradus.hpp>
using namespace gradus;

int main() {
  Engine engine;
  Graph g;
  auto x = g.input("x"), y = g.input("y"), z = g.input("z");
  auto f = (2 * x + y * y) * pow(z, 3);
  auto d = gradient(f, {x, y, z});       // graph -> graph
  auto second = gradient(d[2], {z})[0];  // and again: d2f/dz2

  auto v = evaluate(engine, {f, d[0], d[1], d[2], second}, {{x, 4.0}, {y, 3.0}, {z, 2.0}});
  std::printf("f = %g, df/dx = %g, df/dy = %g, df/dz = %g, d2f/dz2 = %g\n", v[0].number(), v[1].number(), v[2].number(),
              v[3].number(), v[4].number());
  const double expected[] = {136, 16, 48, 204, 204};
  for (std::size_t i = 0; i < 5; ++i) {
    if (v[i].number() != expected[i]) return 1;
  }
}
