// Which rows a model learnt from: enough to recognize them, too little to read them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/data/dataset.hpp"

namespace gradus::data {

/// The least hashes of different rows, a bottom-k sketch (Cohen and Kaplan, 2007): of two sets of rows that were
/// sketched so, the share that they have in common can be estimated. A row's hash is a function of its features as
/// encoded, each by its name, and of its target (a class by its name), all in f32: the order of rows, of columns and of
/// classes does not matter.
struct RowSketch {
  static constexpr std::size_t most = 4096;
  std::vector<std::uint64_t> hashes;  // ascending, each once; all that there are when fewer than `most`
  bool complete() const { return hashes.size() < most; }
  friend bool operator==(const RowSketch&, const RowSketch&) = default;
};

/// Of the rows of `dataset` with these numbers. REQUIRES: targets.
RowSketch sketch_rows(const Dataset& dataset, std::span<const std::int64_t> rows);

/// How many rows were looked up in a sketch, and how many are in it. Of a complete sketch all are looked up; else those
/// whose hash is at most its greatest, which is a random choice of them.
struct Overlap {
  std::int64_t rows = 0;
  std::int64_t looked_up = 0;
  std::int64_t found = 0;
};
Overlap find_overlap(const RowSketch& sketch, const Dataset& dataset);

/// The hashes as text: 16 hexadecimal digits each.
std::string to_text(const RowSketch& sketch);
/// Throws UserError(Fault::model_file) for a text that to_text() does not write.
RowSketch read_row_sketch(const std::string& text);

}  // namespace gradus::data
