// Images in files of their own as the rows that a network learns from or is tried on.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"

namespace gradus::cli {

/// A folder with images in one sub-folder a label. Throws UserError(Fault::data).
TrainingData load_image_folder(const std::string& path, const Settings& settings);

/// Whether these are PNG or JPEG files or a folder of them: not a table, nor IDX files.
bool are_pictures(std::span<const std::string> paths);

/// What images a model wants. Throws UserError(Fault::model_file) where no PNG or JPEG image can be such.
struct WantedImages {
  data::PictureSize size;
  int channels = 1;
};
WantedImages wanted_images(const data::Schema& schema);

/// The files at `paths` as `model`, of images, wants them. Those that cannot be read are left out and noted.
/// Throws UserError(Fault::data).
Rows load_pictures(const TrainedModel& model, std::span<const std::string> paths, data::WantTarget target, int threads);

/// The given operands from `first` on. Throws UserError(Fault::usage) for several that are no images.
std::vector<std::string> data_operands(const Arguments& arguments, std::size_t first, const data::Schema& schema);

/// Which labels of the test images training never saw. Throws UserError where it has none of them.
data::Notes compare_labels(const data::Dataset& train, const data::Dataset& test);

}  // namespace gradus::cli
