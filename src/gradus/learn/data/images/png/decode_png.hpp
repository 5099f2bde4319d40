// PNG, by libpng.
#pragma once

#include "gradus/learn/data/images/frame.hpp"

namespace gradus::data {

/// Gray or RGB of 8 bits: palettes are looked up, 16 bits rounded, and what is transparent lies on white. Throws
/// UserError(Fault::data), `name` its place, for what is damaged, cut off or too large.
void decode_png(std::string_view bytes, const std::string& name, const PictureSink& sink);

}  // namespace gradus::data
