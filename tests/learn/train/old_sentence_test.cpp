#include "gradus/learn/train/old_sentence.hpp"

#include <gtest/gtest.h>

#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"

namespace gradus {
namespace {

// As gradus 0.1 wrote them, for every number that it wrote.
TEST(OldSentence, IsReadAsARecipe) {
  const auto optimizer = [](const char* sentence) { return optim::parse_optimizer(recipe_of_sentence(sentence)); };
  EXPECT_EQ(optimizer("gradient_descent, learning rate 0.5"), optim::gradient_descent(0.5));
  EXPECT_EQ(optimizer("sgd, learning rate 0.1, momentum 0.9, dampening 0.25, weight decay 1e-05"),
            optim::sgd({.learning_rate = 0.1, .momentum = 0.9, .weight_decay = 1e-5, .dampening = 0.25}));
  EXPECT_EQ(optimizer("sgd, learning rate 0.1, Nesterov momentum 0.9"),
            optim::sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}));
  EXPECT_EQ(optimizer("adam, learning rate 0.02, betas 0.8 0.95, epsilon 1e-06, weight decay 0.1"),
            optim::adam({.learning_rate = 0.02, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6, .weight_decay = 0.1}));
  EXPECT_EQ(optimizer("adamw, learning rate 0.001, betas 0.9 0.999, epsilon 1e-08"),
            optim::adamw({.weight_decay = 0}));  // it left out what is 0
  EXPECT_EQ(optim::parse_schedule(recipe_of_sentence("cosine, warm-up 0.05, final 0.125")),
            optim::cosine({.warm_up = 0.05, .final = 0.125}));
  EXPECT_EQ(optim::parse_schedule(recipe_of_sentence("cosine")), optim::cosine());
  EXPECT_EQ(optim::parse_schedule(recipe_of_sentence("constant")), optim::constant());
}

TEST(OldSentence, LeavesOtherTextsAlone) {
  for (const char* text :
       {"", "adam rate 0.001 beta1 0.9", "my own, with a comma", "adam, learning", ", ", "adam, betas 0.9 and more"}) {
    if (std::string(text) != "adam, betas 0.9 and more") EXPECT_EQ(recipe_of_sentence(text), text);
    else EXPECT_THROW(optim::parse_optimizer(recipe_of_sentence(text)), UserError);
  }
}

}  // namespace
}  // namespace gradus
