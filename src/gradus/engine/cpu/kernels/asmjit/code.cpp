#include "gradus/engine/cpu/kernels/asmjit/code.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus::jit {

bool makes_truth(Kind kind) {
  return kind == Kind::compare || kind == Kind::truth_and || kind == Kind::truth_or || kind == Kind::truth_not;
}

namespace {

/// The choice of the larger or the smaller of the two numbers that were compared is one instruction. Zeros and NaN
/// as in the choice: the second.
void simplify_select(const std::vector<Line>& lines, Line& line) {
  if (line.kind != Kind::select) return;
  const Line& truth = lines[static_cast<std::size_t>(line.in[0])];
  if (truth.kind != Kind::compare || truth.immediate != less) return;
  const auto [p, q] = std::pair{truth.in[0], truth.in[1]};
  const int then = line.in[1], otherwise = line.in[2];
  if (then == p && otherwise == q) line.kind = Kind::smaller;
  else if (then == q && otherwise == p) line.kind = Kind::larger;
  else return;
  line.in = {then, otherwise, -1};
}

}  // namespace

int Code::add(Line line) {
  simplify_select(lines, line);
  for (const int in : line.in) {
    if (in >= 0) line.level = std::max(line.level, lines[static_cast<std::size_t>(in)].level);
  }
  const bool commutes = line.kind == Kind::bit_and || line.kind == Kind::bit_or || line.kind == Kind::bit_xor ||
                        line.kind == Kind::truth_and || line.kind == Kind::truth_or;
  if (commutes && line.in[0] > line.in[1]) std::swap(line.in[0], line.in[1]);
  const Key key{line.kind,  line.form,      line.bytes,   line.in[0], line.in[1],
                line.in[2], line.immediate, line.element, line.lanes};
  const int next = checked_cast<int>(lines.size());
  if (line.kind != Kind::store) {
    const auto [place, fresh] = known_.try_emplace(key, next);
    if (!fresh) return place->second;
  }
  lines.push_back(line);
  return next;
}

int Code::permute(Table table, int a, int b) {
  const auto [place, fresh] = known_tables_.try_emplace(table, checked_cast<int>(tables.size()));
  if (fresh) tables.push_back(table);
  const auto immediate = static_cast<std::uint64_t>(place->second);
  return add({.kind = b < 0 ? Kind::permute : Kind::permute_two, .in = {a, b, -1}, .immediate = immediate});
}

int Code::keep_first(int count, int line) {
  const Line& from = lines[static_cast<std::size_t>(line)];
  if (from.kind == Kind::load && from.lanes > 0 && from.lanes <= count) return line;  // loads fill with zeros
  return add({.kind = Kind::keep, .in = {line, -1, -1}, .immediate = (std::uint64_t{1} << count) - 1});
}

int Code::number(double value, Form form) {
  const std::uint64_t bits =
      form == Form::f64 ? std::bit_cast<std::uint64_t>(value) : std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return add({.kind = Kind::number, .form = form, .immediate = bits});
}

}  // namespace gradus::jit
