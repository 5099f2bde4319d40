// Tables whose text is damaged, odd or hostile: each refused with its place, or read and said.
#include "tests/cli/bad_input/entry.hpp"

namespace gradus::test {
namespace {

using namespace std::string_literals;

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string with(std::string text, char from, const std::string& to) {
  std::string out;
  for (const char c : text) out += c == from ? to : std::string(1, c);
  return out;
}

const std::string good = rows_of(
    "a,b", [](int i) { return number(i + 1) + "," + number((i * i + 3) % 17); }, 8);

std::string utf16(const std::string& text) {
  std::string out = "\xff\xfe";
  for (const char c : text) out += {c, '\0'};
  return out;
}

/// `cell` among numbers of which nearly none comes twice.
std::string among_numbers(const std::string& cell) {
  return rows_of("a,b", [&](int i) { return (i == 3 ? cell : number(i * i % 373)) + "," + number(i % 7); });
}

/// Made when they are needed: some are large, and other tests measure the memory of programs that this one starts.
std::vector<BadInput> entries() {
  return {
      {"B1 empty", "", train_it, 3, {"t.csv: found an empty file; expected a line of column names, then rows; try: "}},
      {"B2 names alone",
       "a,b\n",
       train_it,
       3,
       {"t.csv: found a line of names and no rows; expected at least 1; try: a row"}},
      {"B3 one row",
       "a,b\n1,2\n",
       train_it,
       3,
       {"t.csv: found 1 training row(s); expected at least 2; try: a file with"}},
      {"B3 one column",
       "a\n1\n2\n",
       train_it,
       3,
       {"t.csv:1:1: found one column: no comma, semicolon", "expected at least 2"}},
      {"B4 byte order mark", "\xef\xbb\xbf" + good, train_it + " --target b", 0, {"numbers: a "}},
      {"B5 UTF-16", utf16(good), train_it, 0, {"t.csv: UTF-16 text (--encoding UTF-16)", "numbers: a "}},
      {"B6 no UTF-8",
       "a,b\n1,caf\xe9\n2,\xff\xfe\x80\n3,\xc3\xa9\xc3\xa9\n",
       train_it,
       3,
       {"t.csv:2:6: found byte 0xe9, which is not UTF-8; expected UTF-8 text; try: iconv -f WINDOWS-1252 -t UTF-8 "
        "t.csv"}},
      {"B7 NUL in a field",
       "a,b\n1,2\n3,4\0005\n"s,
       train_it,
       3,
       {"t.csv:3:4: found a NUL byte; expected UTF-8 text; try: a text"}},
      {"B7 NUL in a name",
       "a,b\0c\n1,2\n3,4\n"s,
       train_it,
       3,
       {"t.csv:1:4: found a NUL byte; expected UTF-8 text; try: a text"}},
      {"B8 CRLF", with(good, '\n', "\r\n"), train_it, 0, {"8 rows", "numbers: a "}},
      {"B8 CR", with(good, '\n', "\r"), train_it, 0, {"8 rows", "numbers: a "}},
      {"B8 mixed, no end, blank lines", "a,b\r\n1,2\n2,5\r\n3,6\n4,8\n\n\n", train_it, 0, {"4 rows", "numbers: a "}},
      {"B8 no last line end", "a,b\n1,2\n2,5\n3,6\n4,8", train_it, 0, {"4 rows"}},
      {"B9 behind a quote",
       "a,b\n1,\"x\"y\n2,\"z\"\n3,\"x\"\n",
       train_it,
       3,
       {"t.csv:2:6: found text after a closing quote; expected the delimiter , or the end of the line; try: "}},
      {"B9 quote inside",
       "a,b\n1,x\"y\n2,z\n3,x\"y\n4,z\n",
       train_it,
       3,
       {"t.csv:2:4: found a quote inside a field that does not begin with one; expected \"...\" around",
        "try: --quote none"}},
      {"B10 never closed",
       "a,b\n1,\"x\n2,z\n3,x\n4,z\n",
       train_it,
       3,
       {"t.csv:2:3: found a quote that is opened here and never closed; expected a closing quote; try: \" at the end"}},
      {"B11 line end in quotes",
       "a,b\n1,\"x\ny\"\n2,z\n3,\"x\ny\"\n4,z\n5\n",
       train_it,
       3,
       {"t.csv:8:1: found 1 field; expected 2"}},
      {"B11 accepted", "a,b\n1,\"x\ny\"\n2,z\n3,\"x\ny\"\n4,z\n", train_it, 0, {"2 classes: x\\x0ay (2), z (2)"}},
      {"B12 doubled",
       "a,b\n1,\"say \"\"x\"\"\"\n2,z\n3,\"say \"\"x\"\"\"\n4,z\n",
       train_it,
       0,
       {"2 classes: say \"x\" (2), z (2)"}},
      {"B12 escaped",
       "a,b\n1,\"say \\\"x\\\"\"\n2,z\n3,\"x\"\n4,z\n",
       train_it,
       3,
       {"t.csv:2:10: found text after a closing quote; expected", "try: --escape backslash"}},
      {"B13 short",
       "a,b,c\n1,2,3\n4,5\n6,7,8\n",
       train_it,
       3,
       {"t.csv:3:1: found 2 fields; expected 3 fields, as in the first line; try: --short-rows fill"}},
      {"B13 long",
       "a,b,c\n1,2,3\n4,5,6,7\n6,7,8\n",
       train_it,
       3,
       {"t.csv:3:1: found 4 fields; expected 3 fields, as in the first line; try: quotes around a field"}},
      {"B14 metadata as names",
       rows_of("40,3,setosa,versicolor",
               [](int i) {
                 return number(i * i % 31) + ".5," + number(i * 7 % 29) + ".1," + number(i % 3) + "," + number(i % 2);
               }),
       train_it,
       0,
       {"t.csv: the first line is none of the table: left out (--skip 1)", "40 rows"}},
      {"B15 two lines of names",
       "a,b\nkm,EUR\n" + good.substr(4),
       train_it,
       3,
       {"t.csv:2:4: found \"EUR\" in column \"b\"; expected a number, as in most of its cells; try: correct it"}},
      {"B15 preamble",
       "My table\nmade in 2020\n" + good,
       train_it,
       3,
       {"t.csv:3:1: found 2 fields; expected 1 field, as in the first line"}},
      {"B15 footnote", good + "Source: somebody\n", train_it, 3, {"t.csv:10:1: found 1 field; expected 2 fields"}},
      {"B15 second table",
       good + "\nc,d,e\n1,2,3\n",
       train_it,
       3,
       {"t.csv:10:1: found an empty line; expected 2 fields, or the end"}},
      {"B16 twice",
       "a,a,b\n1,2,3\n2,3,4\n3,4,6\n",
       train_it,
       3,
       {"t.csv:1:3: found the name \"a\" for columns 1 and 2; expected different names; try: rename one of them"}},
      {"B16 none",
       "a,,b\n1,4,3\n2,3,4\n3,1,5\n4,5,9\n",
       train_it,
       0,
       {"t.csv: columns without a name, named by position: column2"}},
      {"B16 10 MB",
       std::string(10'000'000, 'a') + ",b\n1,2\n2,4\n3,6\n",
       train_it,
       3,
       {"t.csv:1:1: found a field of more than 1048576 bytes; expected shorter fields; try: "}},
      {"B17 semicolons",
       with(good, ',', ";"),
       train_it,
       0,
       {"t.csv: fields separated by semicolons (--delimiter semicolon)"}},
      {"B17 tabs", with(good, ',', "\t"), train_it, 0, {"t.csv: fields separated by tabs (--delimiter tab)"}},
      {"B17 bars", with(good, ',', "|"), train_it, 0, {"t.csv: fields separated by bars (--delimiter bar)"}},
      {"B17 blanks", with(good, ',', " "), train_it, 0, {"t.csv: fields separated by blanks (--delimiter blank)"}},
      {"B17 another in a row",
       "a,b\n1,2\n2;4\n3,6\n4;8\n",
       train_it,
       3,
       {"t.csv:3:1: found 1 field; expected 2 fields"}},
      {"B18 decimal commas",
       rows_of("a;b", [](int i) { return number(i * i % 37) + ",5;" + number(i) + ",25"; }),
       train_it,
       0,
       {"decimal commas (--delimiter semicolon, --decimal ,)", "numbers: a "}},
      {"B19 thousands",
       rows_of("a,b", [](int i) { return "\"" + number(i * i % 37 + 1) + ",25,000\"," + number(i); }),
       train_it,
       0,
       {"t.csv: thousands marked by commas (--thousands ,)", "numbers: a "}},
      {"B20 kms",
       rows_of("a,b", [](int i) { return "\"" + number(i * i % 37 + 45) + ",000 kms\"," + number(i); }),
       train_it,
       0,
       {"t.csv: numbers with a unit: \"a\" (45,000 kms)", "numbers: a "}},
      {"B20 pounds",
       rows_of("a,b", [](int i) { return "\"\xc2\xa3" + number(i * i % 37 + 30) + ",495\"," + number(i); }),
       train_it,
       0,
       {"t.csv: numbers with a unit: \"a\" (\xc2\xa3"
        "30,495)",
        "numbers: a "}},
      {"B21 blanks",
       rows_of(
           "a,b",
           [](int i) {
             return number(i * i % 37) + "," + std::array{" yes", "yes", "no", "no "}[static_cast<std::size_t>(i % 4)];
           }),
       train_it,
       0,
       {"2 classes: no (20), yes (20)"}},
      {"B22 a long field",
       "a,b\n1," + std::string(2'000'000, 'x') + "\n",
       train_it,
       3,
       {"t.csv:2:3: found a field of more than 1048576 bytes"}},
      {"B22 a long quoted field",
       "a,b\n1,\"" + repeated("x\n", 1'000'000) + "\n",
       train_it,
       3,
       {"t.csv:2:3: found a quote that is opened here and not closed within 1048576 bytes; expected a closing quote; "
        "try: "}},
      {"B22 many columns",
       repeated("c,", 100'000) + "y\n",
       train_it,
       3,
       {"found more than 16384 fields in a line; expected fewer; try: a file of fewer columns"}},
      {"B23 numbers in all forms",
       rows_of("a,b",
               [](int i) {
                 return std::array<std::string, 6>{
                            "-0", "+1", ".5", "5.", "1e-400", "2E3"}[static_cast<std::size_t>(i % 6)] +
                        "," + number(i);
               }),
       train_it,
       0,
       {"numbers: a "}},
      {"B23 too large",
       among_numbers("1e400"),
       train_it,
       0,
       {"1 of 40 cells are too large for a number, the first in line 5: \"1e400\"; they count as missing"}},
      {"B23 800 digits", among_numbers("0." + std::string(800, '3')), train_it, 0, {"numbers: a "}},
      {"B24 above 2^53",
       rows_of("a,c,b",
               [](int i) { return "9007199254" + number(740993 + 7 * i * i) + "," + number(i % 7) + "," + number(i); }),
       train_it,
       0,
       {"t.csv: left out: \"a\" (a code); --keep a takes it in"}},
      {"B25 missing marks",
       rows_of("a,b",
               [](int i) {
                 return std::array<std::string, 6>{"1", "", "?", "NA", "null", "-"}[static_cast<std::size_t>(i % 6)] +
                        "," + number(i);
               }),
       train_it,
       0,
       {"t.csv: missing values filled: \"a\" (33 by 1)"}},
      {"B26 formula",
       rows_of("a,b", [](int i) { return number(i * i % 37) + (i % 2 ? ",=cmd|x" : ",y"); }),
       train_it,
       0,
       {"2 classes: =cmd|x (20), y (20)"}},
      {"B27 cut while it is read",
       "",
       "train fifo --epochs 1 -o m.gradus",
       3,
       {"fifo", "found", "expected", "try: "},
       false,
       "mkfifo fifo; (printf 'a,b\\n1,2\\n3,\"4' >fifo) & "},
  };
}

TEST(BadInput, TextOfTables) {
  for (const BadInput& one : entries()) expect(one);
}

TEST(BadInput, WhatIsNoNumberAmongNumbersIsSaid) {
  for (const std::string cell : {"0x10", "1_000", "--1", "1.#INF", "abc", "1.2.3", "12:30"}) {
    expect({"B23 " + cell,
            among_numbers(cell),
            train_it,
            0,
            {"1 of 40 cells are no numbers, the first in line 5: \"" + cell + "\"; they count as missing"}});
    expect({"B23 in the target " + cell,
            among_numbers(cell),
            train_it + " --target a",
            3,
            {"t.csv:5:1: found \"" + cell + "\" in column \"a\"; expected a number, as in most of its cells; try: "}});
  }
}

/// `check` and `evaluate` refuse the text that `train` refuses, at the same place.
TEST(BadInput, OfAllVerbsIsTheSame) {
  for (const std::string& text :
       {"x,f,y\n1,u,2\n3,v\0004,6\n"s, "x,f,y\n1,u,2\n2,\"v\"v,4\n"s, "x,f,y\n1,u,2\n2,\"v,4\n"s,
        "x,f,y\n1,u,2\n2,v\n3,w,6\n"s, "x,f,y\n1,u,2\n2,v,4,5\n3,w,6\n"s, "x,f,x\n1,u,2\n"s, ""s}) {
    const Program gradus;
    gradus.folder.write("t.csv", text);
    gradus.folder.write("learnt.csv", learnt_rows());
    ASSERT_EQ(gradus("train learnt.csv --epochs 1 -o m.gradus").code, 0);
    const Ended refused = gradus("train t.csv --epochs 1 -o n.gradus");
    EXPECT_EQ(refused.code, 3) << refused.err;
    const std::string place = refused.err.substr(0, refused.err.find(": found"));
    for (const std::string verb :
         {"check m.gradus t.csv", "evaluate m.gradus t.csv", "explain m.gradus t.csv --row 1"}) {
      const Ended ended = gradus(verb);
      EXPECT_EQ(ended.code, 3) << verb << ended.err;
      EXPECT_EQ(ended.err.substr(0, ended.err.find(": found")), place) << verb << ended.err;
    }
  }
}

}  // namespace
}  // namespace gradus::test
