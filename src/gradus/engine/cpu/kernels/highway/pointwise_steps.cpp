#include "gradus/engine/cpu/kernels/highway/pointwise_steps.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/highway/pointwise_work.hpp"

namespace gradus::highway {
namespace {

constexpr std::int64_t chunk_bytes = 4096;  // of one buffer: several of them stay in the first-level cache
constexpr std::int64_t shortest_run = 128;  // elements: shorter runs are gathered into chunks of several

class Maker {
 public:
  Maker(const Call& call, const Layout& layout, bool direct)
      : call_(call), program_(call.program), layout_(layout), direct_(direct) {}

  Steps make() {
    if (made_.refusal = check(); !made_.refusal.empty()) return made_;
    choose_chunk();
    find_singles();
    work_ = find_work(program_, inputs(), single_, made_.refusal);
    if (!made_.refusal.empty()) return made_;
    find_lives();
    for (std::size_t i = 0; i < call_.inputs.size(); ++i) place_input(checked_cast<int>(i));
    for (int i = 0; i < count(); ++i) {
      if (is_single(result_of(i))) compute_single(i);
    }
    for (int i = 0; i < count(); ++i) {
      if (!is_single(result_of(i))) compute(i);
    }
    for (std::size_t o = 0; o < program_.outputs.size(); ++o) finish_output(checked_cast<int>(o));
    name_slots();
    return made_;
  }

 private:
  // A place before slots are numbered: kind and index.
  enum class Kind { none, input, output, cell, buffer };
  struct Place {
    Kind kind = Kind::none;
    int at = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Move {
    Loop loop;
    Place in[3];
    Place out;
  };

  int inputs() const { return checked_cast<int>(call_.inputs.size()); }
  int count() const { return checked_cast<int>(program_.instructions.size()); }
  const Work& work(int i) const { return work_[static_cast<std::size_t>(i)]; }
  int result_of(int i) const { return inputs() + i; }
  /// The register whose number `r` is, through casts.
  int source(int r) const { return source_of(program_, inputs(), r); }
  bool is_single(int r) const { return single_[static_cast<std::size_t>(r)]; }
  Place& place(int r) { return places_[static_cast<std::size_t>(r)]; }
  int& last_use(int r) { return last_use_[static_cast<std::size_t>(r)]; }
  bool f32() const { return program_.dtype == DType::f32; }
  const InputLayout& layout_of(int i) const { return layout_.inputs[static_cast<std::size_t>(i)]; }
  bool has_bytes(const Operand& operand) const { return operand.type.dtype == DType::u8; }

  std::string check() {
    if (program_.dtype != DType::f32 && program_.dtype != DType::f64) return "numbers that are not f32 or f64";
    for (const auto& operands : {call_.inputs, call_.outputs}) {
      for (const Operand& operand : operands) {
        if (operand.type.dtype != program_.dtype && !has_bytes(operand)) return "an operand of another dtype";
      }
    }
    if (program_.outputs.size() != call_.outputs.size()) return "outputs that the program does not have";
    return {};
  }

  void choose_chunk() {
    const std::int64_t most = chunk_bytes / static_cast<std::int64_t>(size_of(program_.dtype));
    const bool flat = std::all_of(layout_.inputs.begin(), layout_.inputs.end(),
                                  [](const InputLayout& input) { return input.linear || input.single; });
    made_.by_run = !flat && layout_.inner >= shortest_run;
    if (made_.by_run) {  // runs are cut evenly, in whole vectors
      const std::int64_t pieces = (layout_.inner + most - 1) / most;
      made_.chunk = ((layout_.inner + pieces - 1) / pieces + 15) / 16 * 16;
    } else {
      made_.chunk =
          flat ? most : std::max<std::int64_t>(1, most / std::max<std::int64_t>(layout_.inner, 1)) * layout_.inner;
    }
    const std::int64_t block = layout_.cut ? call_.block * layout_.row : layout_.row;
    made_.chunk = std::clamp<std::int64_t>(block, 1, made_.chunk);
  }

  void find_singles() {
    single_.assign(static_cast<std::size_t>(inputs() + count()), false);
    for (int i = 0; i < inputs(); ++i) single_[static_cast<std::size_t>(i)] = layout_of(i).single;
    for (int i = 0; i < count(); ++i) {
      const auto& from = program_.instructions[static_cast<std::size_t>(i)].inputs;
      single_[static_cast<std::size_t>(result_of(i))] =
          std::all_of(from.begin(), from.end(), [&](int r) { return is_single(r); });
    }
  }

  void find_lives() {
    const auto registers = static_cast<std::size_t>(inputs() + count());
    places_.assign(registers, {});
    filled_.assign(registers, {});
    last_use_.assign(registers, -1);
    owned_until_.assign(static_cast<std::size_t>(count()) + 1, {});
    for (int i = 0; i < count(); ++i) {
      for (const int r : work(i).inputs) last_use(r) = i;
    }
    output_of_.assign(registers, -1), first_output_.assign(registers, -1);
    for (std::size_t o = program_.outputs.size(); o-- > 0;) {
      const int r = source(program_.outputs[o]);
      last_use(r) = count(), output_of_[static_cast<std::size_t>(r)] = checked_cast<int>(o);
      if (!has_bytes(call_.outputs[o])) first_output_[static_cast<std::size_t>(r)] = checked_cast<int>(o);
    }
  }

  void place_input(int i) {
    const bool bytes = has_bytes(call_.inputs[static_cast<std::size_t>(i)]);
    const InputLayout& layout = layout_of(i);
    Place here{Kind::input, i};
    if (last_use(i) < 0) return;
    if (layout.single) {
      if (bytes) single_steps_.push_back({moves().load, {here}, place(i) = new_cell()});
      else place(i) = here;
      return;
    }
    const bool spread = !layout.linear && !made_.by_run;
    const bool once = spread && layout.same_rows;
    if (spread) {
      here = once ? kept_buffer() : buffer_until(i);
      (once ? spread_once_ : spread_).push_back({i, here});
    } else if (!layout.inner && !layout.linear) {
      if (bytes) steps_.push_back({moves().load_single, {here}, place(i) = buffer_until(i)});
      else one_per_run_.push_back(i), place(i) = here;  // loops read it as a single number
      return;
    }
    if (bytes) {
      const Place to = once ? kept_buffer() : buffer_until(i);
      (once ? full_steps_ : steps_).push_back({moves().load, {here}, to});
      here = to;
    } else if (!direct_ && layout.linear && is_output(i)) {
      const Place to = buffer_until(i);
      steps_.push_back({moves().copy, {here}, to});
      here = to;
    }
    place(i) = here;
  }

  bool is_output(int r) const { return output_of_[static_cast<std::size_t>(r)] >= 0; }

  MoveLoops moves() const { return f32() ? move_loops_f32() : move_loops_f64(); }
  Place new_cell() { return {Kind::cell, made_.cells++}; }
  Place kept_buffer() { return {Kind::buffer, made_.buffers++}; }
  Place free_buffer() {
    if (free_.empty()) return kept_buffer();
    const Place place = free_.back();
    free_.pop_back();
    return place;
  }
  Place buffer_until(int r) {
    const Place place = free_buffer();
    owned_until_[static_cast<std::size_t>(last_use(r))].push_back(place);
    return place;
  }
  /// Buffers whose registers are not read after instruction `i`.
  void release(int i) {
    for (; released_ <= i; ++released_) {
      const std::vector<Place>& owned = owned_until_[static_cast<std::size_t>(released_)];
      free_.insert(free_.end(), owned.begin(), owned.end());
    }
  }

  /// Whether loops see register `r` as one number.
  bool reads_single(int r) const {
    return is_single(r) || std::find(one_per_run_.begin(), one_per_run_.end(), r) != one_per_run_.end();
  }

  void compute_single(int i) {
    const Work& of = work(i);
    if (!of.variants || last_use(result_of(i)) < 0) return;
    Move move{(*of.variants)[0], {}, place(result_of(i)) = new_cell()};
    for (std::size_t k = 0; k < of.inputs.size(); ++k) move.in[k] = place(of.inputs[k]);
    single_steps_.push_back(move);
  }

  /// A buffer filled with a single number, for loops that were not compiled for it.
  Place filled(int r) {
    Place& to = filled_[static_cast<std::size_t>(r)];
    if (to.kind == Kind::none) {
      to = kept_buffer();
      (is_single(r) ? full_steps_ : steps_).push_back({moves().fill, {place(r)}, to});
    }
    return to;
  }

  void compute(int i) {
    const Work& of = work(i);
    const int result = result_of(i);
    if (!of.variants || last_use(result) < 0) return;
    unsigned singles = 0;
    for (std::size_t k = 0; k < of.inputs.size(); ++k) singles |= reads_single(of.inputs[k]) ? 1U << k : 0U;
    if (!(*of.variants)[singles]) singles = 0;
    Move move{(*of.variants)[singles], {}, {}};
    for (std::size_t k = 0; k < of.inputs.size(); ++k) {
      const int r = of.inputs[k];
      move.in[k] = reads_single(r) && !(singles >> k & 1) ? filled(r) : place(r);
    }
    release(i);  // a loop may write over what it reads
    place(result) = move.out = direct_ ? output_place(i) : Place{};
    if (move.out.kind == Kind::none) place(result) = move.out = buffer_until(result);
    steps_.push_back(move);
  }

  /// The output that instruction `i` may write at once.
  Place output_place(int i) {
    const int o = first_output_[static_cast<std::size_t>(result_of(i))];
    if (o < 0) return {};
    for (int r = 0; r < inputs(); ++r) {
      if (last_use(r) > i && place(r).kind == Kind::input) made_.hazards.push_back({o, r});
    }
    return {Kind::output, o};
  }

  void finish_output(int o) {
    const int r = source(program_.outputs[static_cast<std::size_t>(o)]);
    const Place to{Kind::output, o};
    Place from = place(r);
    if (has_bytes(call_.outputs[static_cast<std::size_t>(o)])) {
      if (reads_single(r)) from = filled(r);
      steps_.push_back({moves().store, {from}, to});
    } else if (from != to) {
      steps_.push_back({reads_single(r) ? moves().fill : moves().copy, {from}, to});
      if (!direct_) return;
      for (int other = 0; other < inputs(); ++other) {  // an input handed on is read again after this write
        if (other != r && place(other).kind == Kind::input && is_output(other)) made_.hazards.push_back({o, other});
      }
    }
  }

  std::uint32_t slot(Place place) const {
    const int outputs = checked_cast<int>(call_.outputs.size());
    int first = 0;
    if (place.kind == Kind::output) first = inputs();
    if (place.kind == Kind::cell) first = inputs() + outputs;
    if (place.kind == Kind::buffer) first = inputs() + outputs + made_.cells;
    return checked_cast<std::uint32_t>(std::int64_t{first} + place.at, "numbers and buffers of a pointwise program");
  }
  std::uint32_t written_slot(Place place) const {
    require(place.kind != Kind::none && place.kind != Kind::input, "a pointwise program would write over its input");
    return slot(place);
  }

  void name_slots() {
    const auto named = [&](const std::vector<Move>& from, std::vector<LoopCall>& to) {
      for (const Move& move : from) {
        to.push_back({move.loop, {slot(move.in[0]), slot(move.in[1]), slot(move.in[2])}, written_slot(move.out)});
      }
    };
    named(single_steps_, made_.once_single);
    named(full_steps_, made_.once_full);
    named(steps_, made_.steps);
    for (const auto& [input, to] : spread_once_) made_.spread_once.push_back({input, written_slot(to)});
    for (const auto& [input, to] : spread_) made_.spread.push_back({input, written_slot(to)});
  }

  const Call& call_;
  const PointwiseProgram& program_;
  const Layout& layout_;
  const bool direct_;
  Steps made_;
  std::vector<Work> work_;
  std::vector<bool> single_;
  std::vector<Place> places_, filled_;
  std::vector<int> last_use_, one_per_run_;
  std::vector<int> output_of_, first_output_;  // of each register: the first output, the first that is no bytes, or -1
  std::vector<Place> free_;
  std::vector<std::vector<Place>> owned_until_;  // the instruction that reads their registers last
  int released_ = 0;
  std::vector<std::pair<int, Place>> spread_once_, spread_;
  std::vector<Move> single_steps_, full_steps_, steps_;
};

}  // namespace

Steps make_steps(const Call& call, const Layout& layout, bool direct) { return Maker(call, layout, direct).make(); }

}  // namespace gradus::highway
