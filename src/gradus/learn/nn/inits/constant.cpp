#include "gradus/learn/nn/inits/parts.hpp"

namespace gradus::init {
namespace {

constexpr Key keys[] = {{"value", KeyType::number, "0.01", "of every element", kinds::any_number, {}, true}};

}  // namespace

extern const InitKind zeros_kind{{"zeros", "0 everywhere: units of one layer then learn the same; for linear models"},
                                 [](const Keys&, View out, std::uint64_t, std::string_view) { fill_with(out, 0); }};

extern const InitKind constant_kind{
    {"constant", "the same number everywhere", keys},
    [](const Keys& of, View out, std::uint64_t, std::string_view) { fill_with(out, of.number("value")); }};

Init zeros() { return make(zeros_kind); }
Init constant(double value) { return make(constant_kind, {{"value", value}}); }

}  // namespace gradus::init
