// The explanation as one self-contained page for a browser: the graph, its numbers, every step forward and backward.
#pragma once

#include <string>

#include "gradus/app/explain/explanation.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::explain {

/// An HTML document that asks nothing of a network; its Content-Security-Policy allows its own script and style alone.
std::string to_page(const Explanation& explanation);

/// What the page's script reads. Tensors of up to 256 elements are exact; larger ones keep the upper 3 bytes of each
/// f32 (4 digits and more: an error below 2^-16); where all that would exceed a megabyte, the largest keep some of
/// their rows and columns.
json::Value page_data(const Explanation& explanation);

/// The page's own text, made from app/explain/page/ by cmake/page.cmake.
struct PageSource {
  const char* page = "";  // with places "@title@", "@style@", "@script@", "@data@", "@style-hash@", "@script-hash@"
  const char* style = "";
  std::string script;
};
PageSource page_source();

}  // namespace gradus::explain
