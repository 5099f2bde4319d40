#include "gradus/core/ops/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/all.hpp"

namespace gradus {
namespace {

constexpr std::size_t most_attributes = 64;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_number(char c) { return is_word(c) || c == '-' || c == '+' || c == '.'; }

/// A place in the text, and the tokens that can be read from there. Tokens do not cross lines.
constexpr const char* as_printed = "the line as print() writes it";

class Cursor {
 public:
  Cursor(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  bool done() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  std::size_t left() const { return text_.size() - at_; }
  char peek() const { return done() ? '\n' : text_[at_]; }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || (peek() == '\r' && !done())) ++at_;
  }
  /// Past blanks and a comment to the end of the line, and past that.
  void end_line() {
    skip_blanks();
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
    if (peek() != '\n') fail("the end of the line");
    if (!done()) ++at_;
  }
  /// Whether `c` comes next; if so, goes past it.
  bool take(char c) {
    skip_blanks();
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const std::string& what) {
    if (!take(c)) fail(what);
  }
  /// The longest run of characters that `belongs` accepts; not empty.
  template <class F> std::string_view run(F&& belongs, const std::string& what) {
    skip_blanks();
    const std::size_t begin = at_;
    while (!done() && belongs(text_[at_])) ++at_;
    if (at_ == begin) fail(what);
    return text_.substr(begin, at_ - begin);
  }
  void advance() { at_ = std::min(at_ + 1, text_.size()); }
  std::string_view word(const std::string& what) { return run(is_word, what); }

  [[noreturn]] void fail(const std::string& expected, const std::string& remedy = as_printed) const {
    fail_at(at_, expected, remedy);
  }
  [[noreturn]] void fail_at(std::size_t at, const std::string& expected, const std::string& remedy = as_printed) const {
    const std::size_t end = std::min({text_.find('\n', at), text_.size(), at + 24});
    const std::string_view rest = text_.substr(at, end - at);
    throw UserError(Fault::data, Report{place(at), rest.empty() ? "the end of the line" : "\"" + printable(rest) + "\"",
                                        expected, remedy});
  }
  std::string place(std::size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t start = before.rfind('\n') + 1;  // 0 where there is none: npos + 1
    return std::string(name_) + ":" + std::to_string(line) + ":" + std::to_string(at - start + 1);
  }

 private:
  std::string_view text_, name_;
  std::size_t at_ = 0;
};

template <class T> T number(Cursor& cursor, const std::string& what) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  const std::string_view text = cursor.run(is_number, what);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) cursor.fail_at(begin, what);
  return value;
}

/// Text between quotes; \" \\ and \xHH as print writes them.
std::string quoted(Cursor& cursor, const std::string& what) {
  cursor.expect('"', what);
  std::string out;
  // Not run(): that would skip blanks, which belong to the text here.
  const auto next = [&] {
    const char c = cursor.peek();
    if (c == '\n') cursor.fail("a closing quote");
    cursor.advance();
    return c;
  };
  const auto hexadecimal = [&] {
    const char c = next();
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    cursor.fail_at(cursor.at() - 1, "two hexadecimal digits after \\x");
  };
  for (char c = next(); c != '"'; c = next()) {
    if (c == '\\') {
      c = next();
      if (c == 'x') {
        const int high = hexadecimal();
        c = static_cast<char>(high * 16 + hexadecimal());
      } else if (c != '"' && c != '\\') {
        cursor.fail_at(cursor.at() - 2, "\\\", \\\\ or \\xHH");
      }
    }
    out += c;
  }
  return out;
}

Integers integers(Cursor& cursor) {
  cursor.expect('[', "[");
  Integers out;
  if (cursor.take(']')) return out;
  do out.push_back(number<std::int64_t>(cursor, "a whole number"));
  while (cursor.take(','));
  cursor.expect(']', ", or ]");
  return out;
}

DType dtype(Cursor& cursor) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  const auto found = parse_dtype(cursor.word("a dtype"));
  if (!found) cursor.fail_at(begin, "a dtype: f32, f64, bf16, i32, i64 or u8");
  return *found;
}

Type type_after(Cursor& cursor, DType dtype) {
  const std::size_t begin = cursor.at();
  const Integers sizes = integers(cursor);
  try {
    return {dtype, Shape(sizes)};
  } catch (const UserError& error) {
    throw UserError(Fault::data, cursor.place(begin) + ": " + error.what());
  }
}

Literal literal_after(Cursor& cursor, const Type& type) {
  const std::size_t begin = cursor.at();
  cursor.expect('(', "(");
  // Every number takes a character and a blank, so a count beyond that is a lie: refused before it is allocated.
  if (static_cast<std::uint64_t>(type.shape.count()) > (cursor.left() + 1) / 2) {
    cursor.fail_at(begin, std::to_string(type.shape.count()) + " numbers for " + to_string(type));
  }
  Tensor out(type);
  const std::string what =
      std::to_string(type.shape.count()) + " numbers that " + std::string(name(type.dtype)) + " holds";
  for (std::int64_t i = 0; i < out.count(); ++i) {
    visit_stored(type.dtype, [&]<class T>(std::type_identity<T>) {
      T& to = out.as<T>()[static_cast<std::size_t>(i)];
      if constexpr (std::is_same_v<T, Bf16>) to = to_bf16(number<float>(cursor, what));
      else to = number<T>(cursor, what);
    });
  }
  cursor.expect(')', ") after " + std::to_string(out.count()) + " numbers");
  return std::make_shared<const Tensor>(std::move(out));
}

/// A number is whole (an integer attribute) unless it has a point, an exponent, or is inf or nan.
Attribute numeric(Cursor& cursor) {
  const Cursor start = cursor;
  const std::string_view text = cursor.run(is_number, "a number");
  cursor = start;
  if (text.find_first_not_of("-0123456789") == std::string_view::npos)
    return number<std::int64_t>(cursor, "a whole number");
  return number<double>(cursor, "a number");
}

Attribute attribute(Cursor& cursor) {
  cursor.skip_blanks();
  const char first = cursor.peek();
  if (first == '"') return quoted(cursor, "text");
  if (first == '[') return integers(cursor);
  if (first == '-' || (first >= '0' && first <= '9')) return numeric(cursor);
  const Cursor start = cursor;
  const std::string_view word = cursor.word("a number, \"text\", [sizes], a dtype, a type or a literal");
  cursor = start;
  if (word == "inf" || word == "nan") return number<double>(cursor, "a number");
  const DType element = dtype(cursor);
  if (cursor.peek() != '[') return element;
  const Type type = type_after(cursor, element);
  if (cursor.peek() != '(') return type;
  return literal_after(cursor, type);
}

Attrs attributes(Cursor& cursor) {
  Attrs attrs;
  if (!cursor.take('{') || cursor.take('}')) return attrs;
  do {
    cursor.skip_blanks();
    const std::size_t begin = cursor.at();
    std::string name(cursor.word("the name of an attribute"));
    if (attrs.has(name)) cursor.fail_at(begin, "each attribute once");
    if (attrs.entries().size() == most_attributes) cursor.fail_at(begin, "fewer attributes");
    cursor.expect('=', "=");
    attrs.set(std::move(name), attribute(cursor));
  } while (cursor.take(','));
  cursor.expect('}', ", or }");
  return attrs;
}

/// %N, an earlier node.
Value reference(Cursor& cursor, Graph& graph) {
  const std::size_t begin = cursor.at();
  const int id = number<int>(cursor, "the number of a node");
  if (id < 0 || id >= graph.size()) {
    cursor.fail_at(begin,
                   graph.size() ? "%0 to %" + std::to_string(graph.size() - 1) + ", a node above" : "a node above");
  }
  return graph.value(id);
}

/// What `action` gives, with the place in front of what it refuses.
template <class F> auto placed(const Cursor& cursor, std::size_t at, F&& action) {
  try {
    return action();
  } catch (const UserError& error) {
    throw UserError(Fault::data, cursor.place(at) + ": " + error.what());
  }
}

/// Appends, with the place in front of what the op says.
Value append(const Cursor& cursor, std::size_t at, Graph& graph, const Op& op, const Values& inputs, const Attrs& attrs,
             std::string label) {
  try {
    return graph.append(op, inputs, attrs, std::move(label));
  } catch (const UserError& error) {
    throw UserError(Fault::data, cursor.place(at) + ": " + error.what());
  } catch (const InternalError& error) {  // an attribute of another kind than the op reads
    const std::string place = cursor.place(at) + ": " + std::string(op.name) + " " + print(attrs).substr(0, 200);
    throw UserError(Fault::data, Report{place, error.what(), "attributes of the kinds that the op takes",
                                        "gradus ops, which lists each op's attributes"});
  }
}

/// Attributes of an input: the name of a slot, and its type.
Value append_input(const Cursor& cursor, std::size_t at, Graph& graph, const Attrs& attrs) {
  const Attribute *name = attrs.find("name"), *type = attrs.find("type");
  const std::string* text = name ? std::get_if<std::string>(name) : nullptr;
  const Type* given = type ? std::get_if<Type>(type) : nullptr;
  if (!text || text->empty() || !given || attrs.entries().size() != 2) {
    cursor.fail_at(at, "an input with a name and a type: {name=\"x\", type=f32[2]}");
  }
  const SlotId slot = graph.slots().find(*text);
  const bool state = slot && graph.slots()[slot].role != Role::input;
  if (graph.find_input(slot)) cursor.fail_at(at, "a name of its own for every input");
  if (state && !(graph.slots()[slot].type == *given)) {
    cursor.fail_at(at, to_string(graph.slots()[slot].type) + ", the type of its slot");
  }
  return placed(cursor, at, [&] { return state ? graph.state(slot) : graph.input(*text, *given); });
}

void read_node(Cursor& cursor, Graph& graph) {
  std::size_t begin = cursor.at();
  if (number<int>(cursor, "the number of the node") != graph.size()) {
    cursor.fail_at(begin, "%" + std::to_string(graph.size()) + ": nodes count up from 0");
  }
  cursor.expect('=', "=");
  cursor.skip_blanks();
  begin = cursor.at();
  const std::string_view name = cursor.word("the name of an op");
  const Op* const op = placed(cursor, begin, [&] { return &find_op(name); });
  Values inputs;
  while (cursor.take('%')) inputs.push_back(reference(cursor, graph));
  const Attrs attrs = attributes(cursor);
  cursor.expect(':', ": and the type of the node");
  cursor.skip_blanks();
  const std::size_t at_type = cursor.at();
  const Type type = type_after(cursor, dtype(cursor));
  std::string label = cursor.take('@') ? quoted(cursor, "\"label\"") : "";
  const bool input = op == &input_op && inputs.empty();
  const Value value =
      input ? append_input(cursor, begin, graph, attrs) : append(cursor, begin, graph, *op, inputs, attrs, label);
  if (input) graph.name_node(value, std::move(label));
  if (!(value.type() == type))
    cursor.fail_at(at_type, to_string(value.type()) + ", the type that " + std::string(op->name) + " gives here");
}

void read_output(Cursor& cursor, Graph& graph) {
  cursor.expect('%', "% and the number of a node");
  const Value value = reference(cursor, graph);
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  std::string name = quoted(cursor, "the output's \"name\"");
  if (graph.find_output(name)) cursor.fail_at(begin, "a name of its own for every output");
  graph.output(std::move(name), value);
}

/// The slot of this graph's that is called so.
SlotId slot_called(Cursor& cursor, const Graph& graph) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  const SlotId slot = graph.slots().find(quoted(cursor, "the slot's \"name\""));
  if (!slot) cursor.fail_at(begin, "the name of a slot above");
  return slot;
}

Role role(Cursor& cursor) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  const std::string_view word = cursor.word("a role");
  const auto found = std::find_if(std::begin(roles), std::end(roles), [&](Role of) { return name(of) == word; });
  if (found == std::end(roles) || *found == Role::input) {
    cursor.fail_at(begin, "a role of state: parameter, moment, running, sum or counter");
  }
  return *found;
}

void read_slot(Cursor& cursor, Graph& graph) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  Slot slot{.name = quoted(cursor, "the slot's \"name\"")};
  if (graph.slots().find(slot.name)) cursor.fail_at(begin, "a name of its own for every slot");
  slot.role = role(cursor);
  slot.type = type_after(cursor, dtype(cursor));
  cursor.skip_blanks();
  if (cursor.peek() == 'o') {
    const std::size_t at = cursor.at();
    if (cursor.word("of") != "of") cursor.fail_at(at, "of and the parameter's \"name\"");
    slot.of = slot_called(cursor, graph);
  }
  placed(cursor, begin, [&] { return graph.slot_table()->declare(std::move(slot)); });
}

void read_next(Cursor& cursor, Graph& graph) {
  cursor.skip_blanks();
  const std::size_t begin = cursor.at();
  const SlotId slot = slot_called(cursor, graph);
  const Value state = graph.find_input(slot);
  if (!state) cursor.fail_at(begin, "a slot that the graph reads as an input above");
  cursor.expect('%', "% and the number of a node");
  const Value updated = reference(cursor, graph);
  placed(cursor, begin, [&] { return graph.next(state, updated), true; });
}

}  // namespace

Graph parse(std::string_view text, std::string_view name) {
  Cursor cursor(text, name);
  Graph graph;
  while (!cursor.done()) {
    cursor.skip_blanks();
    const char first = cursor.peek();
    const std::size_t begin = cursor.at();
    if (cursor.take('%')) {
      read_node(cursor, graph);
    } else if (first == 'o' || first == 's' || first == 'n') {
      const std::string_view word = cursor.word("output, slot or next");
      if (word == "output") read_output(cursor, graph);
      else if (word == "slot") read_slot(cursor, graph);
      else if (word == "next") read_next(cursor, graph);
      else cursor.fail_at(begin, "output, slot or next");
    } else if (first != '\n' && first != '#') {
      cursor.fail("a node (%0 = ...), slot, next, output, or a comment (#)");
    }
    cursor.end_line();
  }
  return graph;
}

}  // namespace gradus
