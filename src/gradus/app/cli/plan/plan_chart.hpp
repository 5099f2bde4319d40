// Which buffer of a plan is alive when, and where it lies: as lines of a terminal, and as a picture.
#pragma once

#include <string>

#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus::cli {

/// A line for each of the largest planned buffers: bytes, offset, and a bar over the steps in which it is alive.
/// `bar`: what bars are made of ("#").
std::string lifetime_chart(const Plan& plan, std::size_t width, const char* bar);

/// A self-contained SVG document: steps from left to right, offsets upwards, a rectangle for each buffer; the memory
/// that threads share above, that of each thread below. Readable on light and dark ground.
std::string plan_picture(const Plan& plan, const std::string& title);

}  // namespace gradus::cli
