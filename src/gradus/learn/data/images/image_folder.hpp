// Images in one sub-folder a label, as rows to learn from or to be tried on.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/data/images/picture.hpp"
#include "gradus/learn/data/note.hpp"

namespace gradus::data {

struct ImageFolder {
  Dataset train;
  std::optional<Dataset> test;  // of folders train and test (or val) that hold the sub-folders
  Notes notes;                  // the size that was chosen, and what was left out
};

/// Images of one size: `size` unless it is the commonest, made smaller where a side is longer than 64. Gray when none
/// has a color. The classes are the sub-folders that hold images, by name, or by size when all are numbers. An image
/// that cannot be read is left out and noted. Throws UserError(Fault::data): no sub-folders, fewer than two classes.
ImageFolder read_image_folder(const std::string& folder, std::optional<PictureSize> size, int threads);

/// Whether there are sub-folders or images in `folder`.
bool is_image_folder(const std::string& folder);

/// Files to be looked at by a model, in order.
struct ImageList {
  std::string source;               // for messages
  std::vector<std::string> paths;   // of a folder by path; of several files as given
  std::vector<std::string> labels;  // one a path; "": none
  Notes notes;
};

/// The images at `paths`: one folder, or files, whose labels are the folders that they lie in. `test_alone`: of a
/// folder with train and test only test. Throws UserError(Fault::data) where there is none.
ImageList list_images(std::span<const std::string> paths, bool test_alone);

/// Those of `list` that can be read as images of `shape` [height, width] or [3, height, width], with their labels when
/// asked for: classes are `known`, then labels that are none of them. The others are noted. Throws
/// UserError(Fault::data) where none can be read, or one without a label should have one.
Dataset read_listed(const ImageList& list, const Shape& shape, bool with_labels, std::span<const std::string> known,
                    int threads, Notes& notes);

}  // namespace gradus::data
