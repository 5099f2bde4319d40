#include "gradus/engine/cpu/kernels/asmjit/lanes.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus::jit {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// The elements as stored, or `any`.
Elements stored_elements(const Lanes& x, Elements elements) {
  if (x.map.empty()) return elements;
  for (std::int64_t& element : elements) element = element == any ? any : x.map[at(element)];
  return elements;
}

/// How a vector of elements is had.
struct Way {
  enum { one, consecutive, window, gather } how = one;  // window: one load or vector, then permuted
  std::int64_t first = 0;                               // the element, or where the vector begins
  std::vector<std::int64_t> sources;                    // gather: vectors, in order
};

Way way_of(const Lanes& x, const Elements& elements) {
  Way way;
  std::int64_t low = INT64_MAX, high = -1, start = any;
  bool in_order = true;
  for (int lane = 0; lane < width; ++lane) {
    const std::int64_t element = elements[at(lane)];
    if (element == any) continue;
    low = std::min(low, element), high = std::max(high, element);
    if (start == any) start = element - lane;
    in_order = in_order && element - lane == start;
    const std::int64_t source = element / width;
    if (std::find(way.sources.begin(), way.sources.end(), source) == way.sources.end()) way.sources.push_back(source);
  }
  std::sort(way.sources.begin(), way.sources.end());
  if (high < 0) low = high = 0, way.sources = {0};
  const bool memory = x.operand >= 0;
  way.first = low;
  if (in_order && start >= 0 && (memory || start % width == 0)) {
    way.how = Way::consecutive, way.first = start;
    if (low == high && x.stored == 1) way.how = Way::one;
  } else if (low == high) {
    way.how = Way::one;
  } else if (memory && high - low < width) {
    way.how = Way::window;
  } else if (!memory && way.sources.size() == 1) {
    way.how = Way::window, way.first = way.sources[0] * width;
  } else {
    way.how = Way::gather;
  }
  return way;
}

int load(Code& code, const Lanes& x, std::int64_t first) {
  const int lanes = checked_cast<int>(std::min<std::int64_t>(width, x.stored - first));
  return code.add({.kind = Kind::load,
                   .form = x.form,
                   .bytes = x.bytes,
                   .immediate = static_cast<std::uint64_t>(x.operand),
                   .element = first,
                   .lanes = lanes});
}

/// Stored elements from `first` on; a multiple of 16 when they are in registers.
int vector_at(Code& code, const Lanes& x, std::int64_t first) {
  return x.operand >= 0 ? load(code, x, first) : x.vectors[at(first / width)];
}

/// Lane numbers within vectors that begin at `first` and, for later sources, at their own beginning.
Table table_of(const Elements& elements, std::int64_t first, std::int64_t second) {
  Table table{};
  for (int lane = 0; lane < width; ++lane) {
    const std::int64_t element = elements[at(lane)];
    std::int64_t from = lane;
    if (element != any && element >= first && element < first + width) from = element - first;
    else if (element != any && second >= 0 && element >= second && element < second + width)
      from = element - second + width;
    table[at(lane)] = checked_cast<std::uint32_t>(from);
  }
  return table;
}

int gather(Code& code, const Lanes& x, const Elements& elements, const std::vector<std::int64_t>& sources) {
  int result = -1;
  for (std::size_t s = 0; s < sources.size(); s += 2) {
    const std::int64_t first = sources[s] * width, second = s + 1 < sources.size() ? sources[s + 1] * width : -1;
    const int a = vector_at(code, x, first), b = second < 0 ? -1 : vector_at(code, x, second);
    const int part = code.permute(table_of(elements, first, second), a, b);
    if (result < 0) {
      result = part;
      continue;
    }
    std::uint64_t mask = 0;
    for (int lane = 0; lane < width; ++lane) {
      const std::int64_t source = elements[at(lane)] == any ? any : elements[at(lane)] / width * width;
      if (source == first || (source == second && second >= 0)) mask |= std::uint64_t{1} << lane;
    }
    result = code.add({.kind = Kind::blend, .in = {result, part, -1}, .immediate = mask});
  }
  return result;
}

}  // namespace

Elements consecutive(std::int64_t count, std::int64_t vector) {
  Elements out;
  for (int lane = 0; lane < width; ++lane) {
    const std::int64_t element = vector * width + lane;
    out[at(lane)] = count == 1 ? 0 : element < count ? element : any;
  }
  return out;
}

int fetch(Code& code, const Lanes& x, Elements elements) {
  elements = stored_elements(x, elements);
  if (x.everywhere) return x.vectors[0];
  const Way way = way_of(x, elements);
  const auto single = [&] {
    return code.add({.kind = Kind::single,
                     .form = x.form,
                     .bytes = x.bytes,
                     .immediate = static_cast<std::uint64_t>(x.operand),
                     .element = way.first});
  };
  switch (way.how) {
    case Way::one: {
      if (x.operand >= 0) return single();
      Table table;
      table.fill(checked_cast<std::uint32_t>(way.first % width));
      return code.permute(table, x.vectors[at(way.first / width)]);
    }
    case Way::consecutive: return vector_at(code, x, way.first);
    case Way::window: return code.permute(table_of(elements, way.first, -1), vector_at(code, x, way.first));
    case Way::gather: break;
  }
  return gather(code, x, elements, way.sources);
}

int fetch_cost(const Lanes& x, Elements elements) {
  if (x.everywhere) return 0;
  const Way way = way_of(x, stored_elements(x, elements));
  const int memory = x.operand >= 0 ? 1 : 0;
  if (way.how == Way::one) return 1;
  if (way.how == Way::consecutive) return memory;
  if (way.how == Way::window) return memory + 1;
  return checked_cast<int>(way.sources.size()) * (memory + 1) + 1;
}

Lanes view(const Lanes& x, const Shape& shape, std::vector<std::int64_t> map) {
  Lanes out = x;
  out.shape = shape;
  if (!x.map.empty()) {
    for (std::int64_t& element : map) element = x.map[at(element)];
  }
  out.map = std::move(map);
  return out;
}

Lanes broadcast_view(const Lanes& x, const Shape& shape) {
  if (x.shape == shape) return x;
  std::vector<std::int64_t> map(at(shape.count()));
  const Strides walk = broadcast_strides(x.shape, shape), to = strides(shape);
  for (std::int64_t e = 0; e < shape.count(); ++e) {
    std::int64_t from = 0;
    for (int axis = 0; axis < shape.rank(); ++axis) from += e / to[at(axis)] % shape[axis] * walk[at(axis)];
    map[at(e)] = from;
  }
  return view(x, shape, std::move(map));
}

int sum_lanes(Code& code, std::vector<int> lines) {
  // After the level of `distance`, lanes that agree modulo `distance` have been added; lines are merged in pairs as
  // long as there are several: line 2i to the lanes whose bit is clear, 2i + 1 to the others.
  const auto sum = [&](const Table& left, const Table& right, int a, int b) {
    const Numbers x{&code, code.permute(left, a, b)}, y{&code, code.permute(right, a, b)};
    return (x + y).line;
  };
  for (std::uint32_t bit = 1; bit < width; bit *= 2) {
    Table left, right;
    const bool merge = lines.size() > 1;
    std::vector<int> next;
    for (std::uint32_t lane = 0; lane < width; ++lane) {
      // Within each group of 2 bit lanes the halves are added; the second line's sums go to the upper half.
      const std::uint32_t base = lane & ~bit;
      const std::uint32_t from = merge && (lane & bit) ? width : 0;
      left[lane] = from + base;
      right[lane] = from + (base | bit);
    }
    for (std::size_t i = 0; i < lines.size(); i += 2) {
      const bool pair = i + 1 < lines.size();
      if (pair) {
        next.push_back(sum(left, right, lines[i], lines[i + 1]));
      } else {
        Table other;
        for (std::uint32_t lane = 0; lane < width; ++lane) other[lane] = lane ^ bit;
        const Numbers x{&code, lines[i]};
        next.push_back((x + Numbers{&code, code.permute(other, lines[i])}).line);
      }
    }
    lines = std::move(next);
  }
  return lines[0];
}

}  // namespace gradus::jit
