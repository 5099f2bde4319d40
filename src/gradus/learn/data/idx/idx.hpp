// IDX, the format of MNIST and its kin: two zero bytes, a type byte, the number of sizes, the sizes (32 bits, big
// endian), the numbers. http://yann.lecun.com/exdb/mnist
#pragma once

#include <span>
#include <string>

#include "gradus/learn/data/dataset.hpp"

namespace gradus::data {

/// The u8 array in one IDX file, gzip or not. Throws UserError(Fault::data) for every other type or layout.
Tensor read_idx_file(const std::string& path);

/// Images u8 [n, height, width] with their labels, checked against each other. The classes are the labels that occur,
/// from the smallest, called by their numbers: "1", "2", "3". With `known` (a model's classes) these come first, and
/// labels that are none of them after them; names that are no labels (0 to 255) stand for the labels 0, 1, ... in their
/// order. Throws UserError(Fault::data).
Dataset read_idx_pair(const std::string& images, const std::string& labels, std::span<const std::string> known = {});

struct TrainTest {
  Dataset train;
  Dataset test;
};

/// True when `folder` holds a file whose name begins with train-images.
bool is_idx_folder(const std::string& folder);

/// train-images*, train-labels*, t10k-images*, t10k-labels* in `folder`, each with or without .gz. The four files are
/// read on two threads. The classes of `test` are those of `train`, then labels that occur in it alone. Throws
/// UserError(Fault::data) that names what is missing.
TrainTest read_idx(const std::string& folder);

}  // namespace gradus::data
