// Expecting a UserError by its kind and by words of its message.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gradus/core/base/error.hpp"

namespace gradus::test {

/// Fails unless `action` throws a UserError of this kind whose message has every one of `words`.
template <class Action, class... Words> void expect_refusal(Fault fault, Action&& action, const Words&... words) {
  try {
    action();
  } catch (const UserError& error) {
    const std::string message = error.what();
    EXPECT_EQ(error.fault(), fault) << message;
    [[maybe_unused]] const auto expect_word = [&](const std::string& word) {
      EXPECT_NE(message.find(word), std::string::npos) << "no \"" << word << "\" in: " << message;
    };
    (expect_word(words), ...);
    return;
  }
  ADD_FAILURE() << "nothing was refused";
}

/// The message of the UserError that `action` throws; "" when it throws none.
template <class Action> std::string refusal(Action&& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

}  // namespace gradus::test
