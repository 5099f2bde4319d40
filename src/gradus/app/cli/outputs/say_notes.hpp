// What readers and encoders noticed, as lines for people.
#pragma once

#include "gradus/app/report/console.hpp"
#include "gradus/learn/data/note.hpp"

namespace gradus::cli {

inline void say_notes(report::Console& console, const data::Notes& notes) {
  for (const data::Note& note : notes) console.say((note.warning ? "warning: " : "note: ") + note.text);
}

}  // namespace gradus::cli
