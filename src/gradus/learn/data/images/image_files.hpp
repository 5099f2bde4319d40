// Which files of a folder are images, and what they are called by.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/data/note.hpp"

namespace gradus::data {

/// Whether a name ends as those of PNG and JPEG files do: .png, .jpg, .jpeg, .jpe, .jfif, in any case.
bool is_picture_name(std::string_view name);

struct ImageFile {
  std::string path;
  std::string label;  // the folder below the given one that it lies in, however deep; "": in none
};

struct ImageFiles {
  std::vector<ImageFile> files;      // by path, byte by byte
  std::vector<std::string> folders;  // those below the given one, by name; with images or not
  Notes notes;                       // what else is there
};

/// All images in `folder` and the folders in it. Hidden files and folders (.name) are passed over; a folder that is
/// reached twice through links is read once. Throws UserError(Fault::data) for a folder that cannot be read, whose name
/// is not UTF-8, or that is reached below two labels.
ImageFiles find_images(const std::string& folder);

}  // namespace gradus::data
