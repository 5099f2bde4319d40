#include "gradus/engine/kernels/highway/pointwise_work.hpp"

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::highway {
namespace {

const OpLoops* find_loops(std::string_view name) {
  for (const auto family : {arithmetic_loops(), elementary_loops(), activation_loops(), logic_loops()}) {
    for (const OpLoops& loops : family) {
      if (loops.name == name) return &loops;
    }
  }
  return nullptr;
}

const PairLoops* find_pair(std::string_view first, std::string_view second, bool reversed) {
  if (second == "add" || second == "multiply") reversed = false;  // the order does not matter
  for (const PairLoops& pair : pair_loops()) {
    if (pair.first == first && pair.second == second && pair.reversed == reversed) return &pair;
  }
  return nullptr;
}

std::string_view name_of(const PointwiseProgram::Instruction& instruction) {
  if (instruction.op == PointwiseProgram::cast) return "cast";
  return pointwise_ops()[static_cast<std::size_t>(instruction.op)].name;
}

/// Puts instruction `i` together with one that makes an input of it that nobody else reads.
void join(const PointwiseProgram& program, int inputs, const std::vector<bool>& single, const std::vector<int>& uses,
          std::size_t i, std::vector<Work>& work) {
  if (single[static_cast<std::size_t>(inputs) + i]) return;
  for (std::size_t k = 0; k < work[i].inputs.size(); ++k) {
    const auto made = static_cast<std::size_t>(work[i].inputs[k]);
    if (work[i].inputs[k] < inputs || uses[made] != 1 || single[made]) continue;
    Work& first = work[made - static_cast<std::size_t>(inputs)];
    const bool square = name_of(program.instructions[made - static_cast<std::size_t>(inputs)]) == "square";
    if (first.inputs.size() != (square ? 1 : 2)) continue;
    const std::string_view name =
        square ? "multiply" : name_of(program.instructions[made - static_cast<std::size_t>(inputs)]);
    const PairLoops* pair = find_pair(name, name_of(program.instructions[i]), k == 1);
    if (!pair) continue;
    const int other = work[i].inputs[1 - k];
    work[i] = {program.dtype == DType::f32 ? &pair->f32 : &pair->f64, {first.inputs[0], first.inputs.back(), other}};
    first = {};
    return;
  }
}

}  // namespace

int source_of(const PointwiseProgram& program, int inputs, int r) {
  while (r >= inputs) {
    const auto& instruction = program.instructions[static_cast<std::size_t>(r - inputs)];
    if (instruction.op != PointwiseProgram::cast) break;
    r = instruction.inputs[0];
  }
  return r;
}

std::vector<Work> find_work(const PointwiseProgram& program, int inputs, const std::vector<bool>& single,
                            std::string& refusal) {
  std::vector<Work> work(program.instructions.size());
  std::vector<int> uses(static_cast<std::size_t>(inputs) + work.size(), 0);
  for (std::size_t i = 0; i < work.size(); ++i) {
    const auto& instruction = program.instructions[i];
    if (instruction.op == PointwiseProgram::cast) continue;
    const OpLoops* loops = find_loops(name_of(instruction));
    if (!loops || loops->arity != checked_cast<int>(instruction.inputs.size())) {
      refusal = "no loop for " + std::string(name_of(instruction));
      return {};
    }
    work[i].variants = program.dtype == DType::f32 ? &loops->f32 : &loops->f64;
    for (const int r : instruction.inputs) {
      work[i].inputs.push_back(source_of(program, inputs, r));
      ++uses[static_cast<std::size_t>(work[i].inputs.back())];
    }
  }
  for (const int r : program.outputs)
    uses[static_cast<std::size_t>(source_of(program, inputs, r))] += 2;  // never joined
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (work[i].inputs.size() == 2) join(program, inputs, single, uses, i, work);
  }
  return work;
}

}  // namespace gradus::highway
