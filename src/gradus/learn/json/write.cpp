#include <charconv>
#include <cmath>

#include "gradus/learn/json/value.hpp"

namespace gradus::json {
namespace {

/// Length of the UTF-8 sequence that begins at text[at], or 0 when it is not one (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool shortest = first != 0xe0 || byte(1) >= 0xa0;
    const bool no_surrogate = first != 0xed || byte(1) < 0xa0;
    return follows(1) && follows(2) && shortest && no_surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool in_range = (first != 0xf0 || byte(1) >= 0x90) && (first != 0xf4 || byte(1) < 0x90);
    return follows(1) && follows(2) && follows(3) && in_range ? 4 : 0;
  }
  return 0;
}

void write_text(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = utf8_length(text, i);
    if (c == '"' || c == '\\') out += {'\\', text[i]};
    else if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '\r') out += "\\r";
    else if (c < 0x20 || c == 0x7f) out += {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    else if (length == 0) out += "\xef\xbf\xbd";  // U+FFFD
    else out += text.substr(i, length);
    i += length ? length : 1;
  }
  out += '"';
}

template <class T> void write_number(std::string& out, T number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

struct Writer {
  std::string& out;
  int indent;
  int depth = 0;

  void new_line() {
    if (indent <= 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(depth), ' ');
  }

  template <class Items, class WriteItem> void list(char open, char close, const Items& items, WriteItem write_item) {
    out += open;
    ++depth;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += ',';
      first = false;
      new_line();
      write_item(item);
    }
    --depth;
    if (!first) new_line();
    out += close;
  }

  void operator()(std::monostate) { out += "null"; }
  void operator()(bool truth) { out += truth ? "true" : "false"; }
  void operator()(std::int64_t number) { write_number(out, number); }
  void operator()(std::uint64_t number) { write_number(out, number); }
  void operator()(double number) {
    if (std::isnan(number)) out += "\"NaN\"";
    else if (std::isinf(number)) out += number > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    else if (number == 0 && std::signbit(number)) out += "-0.0";  // "-0" would be read back as a whole number
    else write_number(out, number);
  }
  void operator()(const std::string& text) { write_text(out, text); }
  void operator()(const Array& array) {
    list('[', ']', array, [&](const Value& item) { std::visit(*this, item.data()); });
  }
  void operator()(const Object& object) {
    list('{', '}', object, [&](const Member& member) {
      write_text(out, member.first);
      out += indent > 0 ? ": " : ":";
      std::visit(*this, member.second.data());
    });
  }
};

}  // namespace

std::string write(const Value& value, int indent) {
  std::string out;
  std::visit(Writer{out, indent}, value.data());
  return out;
}

}  // namespace gradus::json
