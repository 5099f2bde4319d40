#include "gradus/app/explain/layout.hpp"

#include <algorithm>
#include <numeric>

namespace gradus::explain {
namespace {

/// A node, or the place where an edge crosses a column.
struct Spot {
  int column = 0;
  double row = 0;
  std::vector<int> left, right;  // spots it is joined to
};

class Layers {
 public:
  explicit Layers(const Explanation& explanation) : e_(explanation), spots_(explanation.nodes.size()) {
    set_columns();
    add_crossings();
    order();
    place();
  }

  Layout layout() const {
    Layout out;
    for (std::size_t i = 0; i < e_.nodes.size(); ++i) out.nodes.push_back(point(static_cast<int>(i)));
    for (const auto& spots : edges_) {
      out.edges.emplace_back();
      for (int spot : spots) out.edges.back().push_back(point(spot));
    }
    for (const Spot& spot : spots_) {
      out.columns = std::max(out.columns, spot.column + 1.0);
      out.rows = std::max(out.rows, spot.row + 1);
    }
    return out;
  }

 private:
  Spot& at(int spot) { return spots_[static_cast<std::size_t>(spot)]; }
  Point point(int spot) const {
    const Spot& s = spots_[static_cast<std::size_t>(spot)];
    return {static_cast<double>(s.column), s.row};
  }

  void set_columns() {
    for (const Edge& edge : e_.edges) at(edge.to).column = std::max(at(edge.to).column, at(edge.from).column + 1);
    std::vector<int> first(e_.nodes.size(), -1);  // the column of a constant's first use
    for (const Edge& edge : e_.edges) {
      int& use = first[static_cast<std::size_t>(edge.from)];
      use = use < 0 ? at(edge.to).column : std::min(use, at(edge.to).column);
    }
    for (std::size_t i = 0; i < e_.nodes.size(); ++i) {
      if (e_.nodes[i].inputs.empty() && first[i] > 0) spots_[i].column = first[i] - 1;
    }
  }

  void add_crossings() {
    for (const Edge& edge : e_.edges) {
      std::vector<int> spots{edge.from};
      const int last = at(edge.to).column;
      for (int column = at(edge.from).column + 1; column < last; ++column) {
        spots_.push_back({column, 0, {}, {}});
        spots.push_back(static_cast<int>(spots_.size()) - 1);
      }
      spots.push_back(edge.to);
      for (std::size_t i = 1; i < spots.size(); ++i) {
        at(spots[i - 1]).right.push_back(spots[i]);
        at(spots[i]).left.push_back(spots[i - 1]);
      }
      edges_.push_back(std::move(spots));
    }
  }

  /// Order within the columns: each spot near the middle of its neighbours, sweeping both ways a few times.
  void order() {
    int columns = 0;
    for (const Spot& spot : spots_) columns = std::max(columns, spot.column + 1);
    columns_.resize(static_cast<std::size_t>(columns));
    for (std::size_t i = 0; i < spots_.size(); ++i)
      columns_[static_cast<std::size_t>(spots_[i].column)].push_back(static_cast<int>(i));
    for (auto& column : columns_) number(column);
    for (int sweep = 0; sweep < 8; ++sweep) {
      if (sweep % 2 == 0) {
        for (auto column = columns_.rbegin(); column != columns_.rend(); ++column) sort(*column, &Spot::right);
      } else {
        for (auto& column : columns_) sort(column, &Spot::left);
      }
    }
  }

  void number(const std::vector<int>& column) {
    for (std::size_t i = 0; i < column.size(); ++i) at(column[i]).row = static_cast<double>(i);
  }

  double middle(const std::vector<int>& spots, double otherwise) {
    if (spots.empty()) return otherwise;
    double sum = 0;
    for (int spot : spots) sum += at(spot).row;
    return sum / static_cast<double>(spots.size());
  }

  void sort(std::vector<int>& column, std::vector<int> Spot::*side) {
    std::vector<std::pair<double, int>> wanted;
    for (int spot : column) wanted.emplace_back(middle(at(spot).*side, at(spot).row), spot);
    std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = wanted[i].second;
    number(column);
  }

  /// Rows: every spot as near as it can be to the middle of its neighbours, at least one row below the spot above it.
  void place() {
    for (int sweep = 0; sweep < 6; ++sweep) {
      for (auto& column : columns_) {
        double above = -1e9;
        for (int spot : column) {
          std::vector<int> both = at(spot).left;
          both.insert(both.end(), at(spot).right.begin(), at(spot).right.end());
          at(spot).row = std::max(above + 1, middle(both, at(spot).row));
          above = at(spot).row;
        }
      }
    }
    double top = 1e9;
    for (const Spot& spot : spots_) top = std::min(top, spot.row);
    for (Spot& spot : spots_) spot.row -= top;
  }

  const Explanation& e_;
  std::vector<Spot> spots_;
  std::vector<std::vector<int>> columns_, edges_;
};

}  // namespace

Layout lay_out(const Explanation& explanation) { return Layers(explanation).layout(); }

}  // namespace gradus::explain
