#include "gradus/core/graph/edit.hpp"

#include <algorithm>
#include <limits>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {

GraphEdit::GraphEdit(Graph graph)
    : graph_(std::move(graph)),
      there_(graph_, 1),
      previous_(graph_),
      next_(graph_),
      key_(graph_),
      first_reading_(graph_, -1),
      reads_(graph_),
      result_(graph_),
      number_known_(graph_),
      number_(graph_) {
  for (int id = 0; id < size(); ++id) {
    previous_[id] = id - 1;
    next_[id] = id + 1 < size() ? id + 1 : -1;
    read_inputs_of(id);
  }
  if (size() > 0) first_ = 0, last_ = size() - 1;
  renumber();
  for (int place = 0; place < result_count(); ++place) {
    result_[result_id(place)].push_back(place);
    ++reads_[result_id(place)];
  }
  for (int id = 0; id < size(); ++id) {
    if (reads_[id] == 0) unread_.push_back(id);
  }
}

/// Keys with so much room between them that what replaces a node, and what replaces that, fits before it.
void GraphEdit::renumber() {
  std::uint64_t count = 1;
  for (int id = first_; id >= 0; id = next_[id]) ++count;
  const std::uint64_t step = std::numeric_limits<std::uint64_t>::max() / count;
  std::uint64_t key = 0;
  for (int id = first_; id >= 0; id = next_[id]) key_[id] = key += step;
  // The keys of those that wait in the running visit are told anew.
  std::vector<int> ids;
  for (; !joined_.empty(); joined_.pop()) ids.push_back(joined_.top().second);
  for (int id : ids) joined_.emplace(key_[id], id);
}

void GraphEdit::read_inputs_of(int id) {
  for (int input : node(id).inputs) {
    ++reads_[input];
    int& first = first_reading_[input];
    if (first >= 0 && readings_[static_cast<std::size_t>(first)].reader == id) continue;
    readings_.push_back({id, first});
    first = checked_cast<int>(readings_.size()) - 1;
  }
}

void GraphEdit::drop_inputs_of(int id) {
  for (int input : node(id).inputs) {
    if (--reads_[input] == 0) unread_.push_back(input);
  }
}

int GraphEdit::new_list() {
  List list{{}, ById<char>(size())};
  for (int id = first_; id >= 0; id = next_[id]) list.waiting.push_back(id), list.waits[id] = 1;
  lists_.push_back(std::move(list));
  return checked_cast<int>(lists_.size()) - 1;
}

void GraphEdit::touch(int list, int id) {
  List& of = lists_[static_cast<std::size_t>(list)];
  if (of.waits[id]) return;
  of.waits[id] = 1;
  if (list == visiting_ && visited_ >= 0 && before(visited_, id)) joined_.emplace(key_[id], id);
  else of.waiting.push_back(id);
}

std::vector<GraphEdit::Place> GraphEdit::start(int list) {
  require(visiting_ < 0, "one visit at a time");
  visiting_ = list;
  std::vector<Place> ordered;
  auto& waiting = lists_[static_cast<std::size_t>(list)].waiting;
  for (int id : waiting) ordered.emplace_back(key_[id], id);
  waiting.clear();
  if (!std::is_sorted(ordered.begin(), ordered.end())) std::sort(ordered.begin(), ordered.end());
  return ordered;
}

int GraphEdit::next(const std::vector<Place>& ordered, std::size_t& at) {
  for (;;) {
    while (at < ordered.size() && !there_[ordered[at].second]) ++at;
    const bool joined = !joined_.empty() && (at == ordered.size() || before(joined_.top().second, ordered[at].second));
    if (!joined && at == ordered.size()) return -1;
    const int id = joined ? joined_.top().second : ordered[at++].second;
    if (joined) joined_.pop();
    lists_[static_cast<std::size_t>(visiting_)].waits[id] = 0;
    if (!there_[id]) continue;
    return visited_ = id;
  }
}

void GraphEdit::link_before(int id, int made, std::uint64_t key) {
  const int previous = previous_[id];
  key_[made] = key;
  previous_[made] = previous, next_[made] = id;
  (previous < 0 ? first_ : next_[previous]) = made;
  previous_[id] = made;
}

void GraphEdit::unlink(int id) {
  (previous_[id] < 0 ? first_ : next_[previous_[id]]) = next_[id];
  (next_[id] < 0 ? last_ : previous_[next_[id]]) = previous_[id];
}

/// The first of `count` keys before that of `id`, and how far they are apart.
std::pair<std::uint64_t, std::uint64_t> GraphEdit::keys_before(int id, int count) {
  const auto low = [&] { return previous_[id] < 0 ? std::uint64_t{0} : key_[previous_[id]]; };
  const auto all = static_cast<std::uint64_t>(count);
  if (key_[id] - low() <= all) renumber();
  const std::uint64_t step = (key_[id] - low()) / (all + 1);
  return {low() + step, step};
}

/// Puts the nodes from `first_new` on into the order, before `id`.
void GraphEdit::insert_before(int id, int first_new) {
  if (size() == first_new) return;
  auto [key, step] = keys_before(id, size() - first_new);
  for (int made = first_new; made < size(); ++made, key += step) {
    there_.push_back(1);
    key_.push_back(0), previous_.push_back(-1), next_.push_back(-1);
    link_before(id, made, key);
    first_reading_.push_back(-1), reads_.push_back(0), result_.push_back({});
    number_known_.push_back(0), number_.push_back({});
    read_inputs_of(made);
    for (List& list : lists_) list.waits.push_back(0);
  }
  for (int made = first_new; made < size(); ++made) {
    if (reads_[made] == 0) unread_.push_back(made);
    for (std::size_t list = 0; list < lists_.size(); ++list) touch(checked_cast<int>(list), made);
  }
}

void GraphEdit::take_place(int later, int earlier) {
  unlink(later);
  link_before(earlier, later, keys_before(earlier, 1).first);
  graph_.nodes_[static_cast<std::size_t>(later)].inputs = node(earlier).inputs;
  if (!node(earlier).label.empty()) graph_.name_node(value(later), node(earlier).label);
}

int GraphEdit::result_count() const { return checked_cast<int>(graph_.outputs_.size() + graph_.nexts_.size()); }

int& GraphEdit::result_id(int place) {
  const auto at = static_cast<std::size_t>(place), outputs = graph_.outputs_.size();
  return at < outputs ? graph_.outputs_[at].id : graph_.nexts_[at - outputs].id;
}

void GraphEdit::replace(int id, Value by, int first_new) {
  insert_before(id, first_new);
  if (!by) return;
  require(by.graph == &graph_ && by.type() == node(id).type && before(by.id, id),
          "a node gives way to an earlier one of its type");
  if (!node(id).label.empty() && node(by.id).label.empty()) graph_.name_node(by, node(id).label);
  for (int at = first_reading_[id]; at >= 0;) {
    const int here = at, reader = readings_[static_cast<std::size_t>(at)].reader;
    at = readings_[static_cast<std::size_t>(at)].next;
    if (!there_[reader]) continue;
    bool reads = false;
    for (int& input : graph_.nodes_[static_cast<std::size_t>(reader)].inputs) {
      if (input != id) continue;
      input = by.id, reads = true;
      ++reads_[by.id];
    }
    if (!reads) continue;
    readings_[static_cast<std::size_t>(here)].next = first_reading_[by.id];
    first_reading_[by.id] = here;
    for (std::size_t list = 0; list < lists_.size(); ++list) touch(checked_cast<int>(list), reader);
  }
  for (int place : result_[id]) {
    result_id(place) = by.id;
    if (place < std::ssize(graph_.outputs_)) {
      graph_.output_at_.find(graph_.outputs_[static_cast<std::size_t>(place)].name)->second = by.id;
    }
    result_[by.id].push_back(place);
    ++reads_[by.id];
  }
  first_reading_[id] = -1, reads_[id] = 0;
  result_[id].clear();
  remove(id);
}

void GraphEdit::remove(int id) {
  there_[id] = 0;
  unlink(id);
  drop_inputs_of(id);
}

int GraphEdit::drop_unread() {
  int dropped = 0;
  while (!unread_.empty()) {
    const int id = unread_.back();
    unread_.pop_back();
    if (!there_[id] || reads_[id] > 0 || node(id).op == &input_op) continue;
    remove(id);
    ++dropped;
  }
  return dropped;
}

std::optional<double> GraphEdit::number(int id) {
  if (!number_known_[id]) number_known_[id] = 1, number_[id] = uniform_constant(node(id));
  return number_[id];
}

template <class NodeOf> Graph GraphEdit::numbered(NodeOf&& node_of) const {
  Graph out(graph_.slot_table());
  ById<int> place(size(), -1);
  for (int id = first_; id >= 0; id = next_[id]) {
    Node node = node_of(id);
    for (int& input : node.inputs) input = place[input];
    place[id] = out.add(std::move(node)).id;
  }
  copy_results(graph_, out, [&](int id) { return place[id]; });
  return out;
}

Graph GraphEdit::result() const {
  return numbered([this](int id) { return node(id); });
}

Graph GraphEdit::take() {
  return numbered([this](int id) { return std::move(graph_.nodes_[static_cast<std::size_t>(id)]); });
}

}  // namespace gradus
