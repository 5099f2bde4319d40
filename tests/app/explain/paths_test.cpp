#include "gradus/app/explain/paths.hpp"

#include <gtest/gtest.h>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/text.hpp"

namespace gradus::explain {
namespace {

// dy/dx over two levels of two nodes; the edges are primes, so that a product is known by its factors.
DerivativeGraph primes() {
  return {{"x1", "x2", "z1", "z2", "h1", "h2", "y"},
          {{0, 2, 2},
           {1, 2, 3},
           {0, 3, 5},
           {1, 3, 7},
           {2, 4, 11},
           {3, 4, 13},
           {2, 5, 17},
           {3, 5, 19},
           {4, 6, 23},
           {5, 6, 29}}};
}

TEST(Paths, EveryPathHasItsProduct) {
  std::vector<double> products;
  for (const Path& path : enumerate_paths(primes(), 6, 0)) products.push_back(path.product);
  EXPECT_EQ(products, (std::vector<double>{506, 1495, 986, 2755}));
  EXPECT_EQ(reverse_sweep(primes(), 6).gradient[0], 5742);
  EXPECT_EQ(reverse_sweep(primes(), 6).edge_visits, 10);
}

TEST(Paths, NoneAndTheEmptyOne) {
  EXPECT_TRUE(enumerate_paths(primes(), 2, 3).empty());
  EXPECT_TRUE(enumerate_paths(primes(), 0, 1).empty());
  const auto self = enumerate_paths(primes(), 6, 6);
  ASSERT_EQ(self.size(), 1u);
  EXPECT_EQ(self[0].product, 1);
}

TEST(Paths, TooManyAreCountedAndRefused) {
  std::string formula = "a0 = x + x";
  for (int i = 1; i < 50; ++i)
    formula += "; a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " + a" + std::to_string(i - 1);
  const Explanation e = annotate(parse_formula(formula, parse_variables("x=3")));
  const DerivativeGraph graph = derivative_graph(e);
  EXPECT_EQ(count_paths(graph, e.output, e.variables[0]).paths, 1125899906842624.0);
  try {
    paths_text(e, e.variables[0]);
    FAIL() << "2^50 paths were enumerated";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("1125899906842624 paths from a49 to x"), std::string::npos)
        << error.what();
  }
}

TEST(Paths, TensorsAreRefused) {
  const Explanation e = annotate(parse_formula("sum(w)", parse_variables("w=[1 2]")));
  EXPECT_THROW(derivative_graph(e), UserError);
}

TEST(Paths, TextHasTheSumBesideReverseMode) {
  const Explanation e = annotate(parse_formula("z = x^2; y = z + 3*(2 - z)", parse_variables("x=1")));
  const std::string text = paths_text(e, find_node(e, "x", "--paths"));
  EXPECT_NE(text.find("1. y - z - x: 1 * 2 = 2"), std::string::npos) << text;
  EXPECT_NE(text.find("sum of 2 paths: dy/dx = 2 + (-6) = -4"), std::string::npos) << text;
  EXPECT_NE(text.find("reverse mode:   dy/dx = -4"), std::string::npos) << text;
}

}  // namespace
}  // namespace gradus::explain
