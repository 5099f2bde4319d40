#include "gradus/engine/cpu/kernels/highway/pointwise_work.hpp"

#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::highway {
namespace {

using Families = std::span<const OpLoops> (*)();
constexpr Families families[] = {arithmetic_loops, elementary_loops, activation_loops, logic_loops};

/// Where the loops of ops are: the same places for all instruction sets.
struct Places {
  using Pair = std::tuple<const Op*, const Op*, bool>;
  std::unordered_map<const Op*, std::pair<Families, std::size_t>> ops;
  std::map<Pair, std::size_t> pairs;
};

Places find_places() {
  std::unordered_map<std::string_view, const Op*> named;  // loops are compiled apart from ops, and tell whose they are
  for (const Op& op : pointwise_ops()) named[op.name] = &op;
  Places out;
  for (const Families family : families) {
    std::size_t i = 0;
    for (const OpLoops& loops : family()) out.ops[named.at(loops.name)] = {family, i++};
  }
  std::size_t i = 0;
  for (const PairLoops& pair : pair_loops()) {
    out.pairs[{named.at(pair.first), named.at(pair.second), pair.reversed}] = i++;
  }
  return out;
}

const Places& places() {
  static const Places all = find_places();
  return all;
}

const OpLoops* find_loops(const Op* op) {
  const auto found = places().ops.find(op);
  return found == places().ops.end() ? nullptr : &found->second.first()[found->second.second];
}

const PairLoops* find_pair(const Op* first, const Op* second, bool reversed) {
  const auto found = places().pairs.find({first, second, reversed && !second->traits.commutative});
  return found == places().pairs.end() ? nullptr : &pair_loops()[found->second];
}

/// Puts instruction `i` together with one that makes an input of it that nobody else reads.
void join(const PointwiseProgram& program, int inputs, const std::vector<bool>& single, const std::vector<int>& uses,
          std::size_t i, std::vector<Work>& work) {
  if (single[static_cast<std::size_t>(inputs) + i]) return;
  for (std::size_t k = 0; k < work[i].inputs.size(); ++k) {
    const auto made = static_cast<std::size_t>(work[i].inputs[k]);
    if (work[i].inputs[k] < inputs || uses[made] != 1 || single[made]) continue;
    Work& first = work[made - static_cast<std::size_t>(inputs)];
    const Op* op = program.instructions[made - static_cast<std::size_t>(inputs)].op;
    const bool square = op == &pointwise_op<pointwise::Square>();
    if (first.inputs.size() != (square ? 1 : 2)) continue;
    if (square) op = &pointwise_op<pointwise::Multiply>();
    const PairLoops* pair = find_pair(op, program.instructions[i].op, k == 1);
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
    if (instruction.op != &cast_op) break;
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
    if (instruction.op == &cast_op) continue;
    const OpLoops* loops = find_loops(instruction.op);
    if (!loops || loops->arity != checked_cast<int>(instruction.inputs.size())) {
      refusal = "no loop for " + std::string(instruction.op->name);
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
