// The explanation as an exercise: blanks to fill in, the answers, and marks for what a learner filled in.
#pragma once

#include <map>
#include <string>

#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

/// A blank: a value ("g1") or a gradient ("df/dg1").
struct Question {
  std::string name;
  int node = -1;
  bool gradient = false;
};

/// Values of all operations in the order of the forward pass, then gradients in the order of the backward pass.
std::vector<Question> questions(const Explanation& explanation);

/// The right answer to a question.
const Tensor& answer(const Explanation& explanation, const Question& question);

/// The exercise with blanks, then the answer key. Fits `width` columns.
std::string worksheet_text(const Explanation& explanation, int width = 80);

/// A learner's answers by the names of the questions, numbers or matrices.
using Answers = std::map<std::string, Tensor>;

/// {"g1": 8, "df/dg1": [[1, 2]]}, or an object "answers" of that. Throws UserError (data) for anything else.
Answers read_answers(std::string_view text, std::string_view place);

struct Mark {
  enum class Verdict {
    right,
    follows,
    wrong,
    missing
  } verdict = Verdict::missing;  // follows: right from a wrong answer
  Question question;
  std::string remark;  // which rule was missed; "" when there is nothing to say
};

/// One mark a question. An answer counts as right within 1 % (rounded by hand), 0 within 1e-6.
/// Throws UserError for an answer whose name is no question, with the nearest.
std::vector<Mark> grade(const Explanation& explanation, const Answers& answers);

std::string marks_text(const Explanation& explanation, const Answers& answers, const std::vector<Mark>& marks,
                       int width = 80);

}  // namespace gradus::explain
