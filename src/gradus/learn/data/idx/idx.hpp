// IDX, the format of MNIST and its kin: two zero bytes, a type byte, the number of sizes, the sizes (32 bits, big
// endian), the numbers. http://yann.lecun.com/exdb/mnist
#pragma once

#include <string>

#include "gradus/learn/data/dataset.hpp"

namespace gradus::data {

/// The u8 array in one IDX file, gzip or not. Throws UserError(Fault::data) for every other type or layout.
Tensor read_idx_file(const std::string& path);

/// Images u8 [n, height, width] with their labels, checked against each other; class names are "0", "1", ... up to the
/// largest label, at least `classes`. Throws UserError(Fault::data).
Dataset read_idx_pair(const std::string& images, const std::string& labels, std::int64_t classes = 0);

struct TrainTest {
  Dataset train;
  Dataset test;
};

/// True when `folder` holds a file whose name begins with train-images.
bool is_idx_folder(const std::string& folder);

/// train-images*, train-labels*, t10k-images*, t10k-labels* in `folder`, each with or without .gz. The four files are
/// read on two threads. Throws UserError(Fault::data) that names what is missing.
TrainTest read_idx(const std::string& folder);

}  // namespace gradus::data
