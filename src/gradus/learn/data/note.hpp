// What a reader or an encoder wants to tell the user: data for the caller to print, never printed here.
#pragma once

#include <string>
#include <vector>

namespace gradus::data {

struct Note {
  bool warning = false;  // false: a choice that was made; true: something that is probably not meant
  std::string text;      // one sentence, safe to print
  friend bool operator==(const Note&, const Note&) = default;
};

using Notes = std::vector<Note>;

}  // namespace gradus::data
