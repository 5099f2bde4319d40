// Pieces of text output: wrapped lines, tables of numbers, color.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::explain {

/// Characters (UTF-8 code points) of `text`, without color codes.
std::size_t shown_width(std::string_view text);
std::string pad_left(const std::string& text, std::size_t width);
std::string pad_right(const std::string& text, std::size_t width);

/// `text` in lines of at most `width` characters, broken at blanks where there are any; later lines begin with
/// `indent`.
std::string wrapped(const std::string& first, const std::string& text, std::size_t indent, int width);

/// A matrix row by row, columns aligned, each line after `indent` blanks; wide ones are cut into blocks of columns,
/// long ones shortened with "...".
std::string matrix_text(ConstView value, std::size_t indent, int width);

/// `text` between the terminal's codes for a color, or as it is.
enum class Ink { value, gradient, heading };
std::string inked(const std::string& text, Ink ink, bool color);

}  // namespace gradus::explain
