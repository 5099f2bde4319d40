#include "gradus/app/explain/page.hpp"

#include <array>
#include <string_view>

#include "gradus/app/explain/base64.hpp"
#include "gradus/learn/io/sha256.hpp"

namespace gradus::explain {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else out += c;
  }
  return out;
}

/// JSON inside a script element: "<" occurs in its texts alone, and must not end the element or begin a comment.
std::string in_script(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  for (char c : document) {
    if (c == '<') out += "\\u003c";
    else out += c;
  }
  return out;
}

unsigned nibble(char digit) { return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10); }

/// As Content-Security-Policy wants it: "sha256-" and the hash in base64.
std::string policy_hash(std::string_view text) {
  io::Sha256 hash;
  hash.add(std::as_bytes(std::span(text)));
  const std::string digits = hash.finish();
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(nibble(digits[i]) << 4 | nibble(digits[i + 1]));
  }
  return "sha256-" + base64(bytes);
}

struct Place {
  std::string_view name;
  std::string text;
};

/// `page` with every "@name@" of `places` replaced; they occur in this order.
std::string filled(std::string_view page, std::span<const Place> places) {
  std::string out;
  for (const Place& place : places) {
    const std::size_t at = page.find(place.name);
    require(at != std::string_view::npos, "the page lacks a place");
    out += page.substr(0, at);
    out += place.text;
    page.remove_prefix(at + place.name.size());
  }
  return out += page;
}

}  // namespace

std::string to_page(const Explanation& explanation) {
  const PageSource source = page_source();
  const std::array places{
      Place{"@script-hash@", policy_hash(source.script)},
      Place{"@style-hash@", policy_hash(source.style)},
      Place{"@title@", escaped(explanation.title)},
      Place{"@style@", source.style},
      Place{"@data@", in_script(json::write(page_data(explanation)))},
      Place{"@script@", source.script},
  };
  return filled(source.page, places);
}

}  // namespace gradus::explain
