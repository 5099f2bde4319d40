// Tables that are text without a fault, and mean what cannot be meant.
#include "tests/cli/bad_input/entry.hpp"

namespace gradus::test {
namespace {

/// 40 rows of x, c, y with what is odd in row 4.
std::string with_odd(const std::string& x, const std::string& c, const std::string& y) {
  return rows_of("x,c,y", [&](int i) {
    if (i == 3) return x + "," + c + "," + y;
    return number(i * i % 373) + "," + number(i % 4) + "," + number((7 * i + i * i) % 101);
  });
}

const BadInput entries[] = {
    {"C1 NaN in a feature", with_odd("nan", "1", "2"), train_it, 0, {"t.csv: missing values filled: \"x\" (1 by "}},
    {"C1 infinite feature",
     with_odd("inf", "1", "2"),
     train_it,
     0,
     {"1 of 40 cells are infinite, the first in line 5: \"inf\"; they count as missing"}},
    {"C1 infinite target",
     with_odd("1", "1", "inf"),
     train_it,
     3,
     {"t.csv:5:5: found an infinite number in column \"y\"; expected a finite one; try: take the row out"}},
    {"C1 target that is not there",
     with_odd("1", "1", "nan"),
     train_it,
     0,
     {"1 row says nothing of the target and is left out", "39 rows"}},
    {"C2 constant",
     rows_of("x,c,y", [](int i) { return number(i * i % 37) + ",5," + number(i); }),
     train_it,
     0,
     {"t.csv: left out: \"c\" (the same in every training row)"}},
    {"C3 wholly missing",
     rows_of("x,c,y", [](int i) { return number(i * i % 37) + ",," + number(i); }),
     train_it,
     0,
     {"t.csv: left out: \"c\" (no cell)"}},
    {"C4 ten times too large",
     rows_of("x,c,y",
             [](int i) { return number(i == 7 ? 16000 : 1600 + i % 9) + "," + number(i % 4) + "," + number(i); }),
     train_it,
     0,
     {"warning: column \"x\" of t.csv has 16000 in line 9, far from all others"}},
    {"C5 class of new rows alone",
     rows_of(
         "x,f,y", [](int i) { return number(i) + ",u," + (i % 2 ? "<=50K." : ">50K."); }, 6),
     "evaluate m.gradus t.csv",
     3,
     {"t.csv", "found", "expected", "try: "},
     true},
    {"C6 text among numbers",
     with_odd("1", "1", "two"),
     train_it,
     3,
     {"t.csv:5:5: found \"two\" in column \"y\"; expected a number, as in most of its cells; try: correct it"}},
    {"C7 single class",
     rows_of("x,c,y", [](int i) { return number(i) + "," + number(i % 4) + ",one"; }),
     train_it,
     3,
     {"column \"y\" of t.csv: found the single class \"one\"; expected at least two; try: rows of another class"}},
    {"C8 constant target",
     rows_of("x,c,y", [](int i) { return number(i) + "," + number(i % 4) + ",7"; }),
     train_it,
     3,
     {"column \"y\" of t.csv: found the same number 7 in every training row; expected a target that varies; try: "}},
    {"C9 absent",
     with_odd("1", "1", "1"),
     train_it + " --target z",
     2,
     {"--target: found no column \"z\" in t.csv; expected one of x, c, y; try: --target"}},
    {"C9 twice",
     with_odd("1", "1", "1"),
     train_it + " --target y,y",
     2,
     {"target \"y\": found that column twice; expected a column of its own for each target; try: "}},
    {"C9 ignored as well",
     with_odd("1", "1", "1"),
     train_it + " --target y --ignore y",
     2,
     {"column \"y\": found the target among the ignored columns; expected one of both; try: another --target"}},
    {"C9 nearly a copy",
     rows_of("x,c,y", [](int i) { return number(i * i % 17) + "," + number(2 * i) + ".001," + number(2 * i); }),
     train_it,
     0,
     {"warning: column \"c\" of t.csv is nearly a copy of the target; will it be known when predicting?"}},
    {"C10 other order, one more",
     "f,extra,x\nu,1,2\n",
     "predict m.gradus t.csv",
     0,
     {"note: t.csv: not used: \"extra\""},
     true},
    {"C10 missing",
     "g,h\nu,1\n",
     "predict m.gradus t.csv",
     3,
     {"t.csv:1: found no column \"x\", \"f\", but \"g\", \"h\", which the model does not know; expected the columns",
      "try: "},
     true},
    {"C11 unseen category",
     "x,f\n1,q\n2,u\n3,q\n",
     "predict m.gradus t.csv",
     0,
     {"column \"f\" of t.csv: 2 of 3 categories were not in the training rows, the first \"q\" in line 2"},
     true},
    {"C12 far outside",
     "x,f\n100000,u\n2,u\n",
     "predict m.gradus t.csv",
     0,
     {"warning: column \"x\" of t.csv: 1 of 2 numbers outside the training range", "the first in line 2: 1e+05"},
     true},
    {"C13 another one in every row",
     rows_of("id,x,y", [](int i) { return "id" + number(10000 + i) + "," + number(i % 5) + "," + number(i * i % 37); }),
     train_it,
     0,
     {"t.csv: left out: \"id\" (another one in nearly every row); --keep id takes it in"}},
    {"C14 rows learnt and tried on",
     rows_of("x,c,y", [](int i) { return number(i % 10) + "," + number(i % 2) + "," + number(i % 10 * 7 % 10); }),
     train_it,
     0,
     {"4 of 4 rows that are held back are equal to rows that are learnt from, so that validation is too good; try: "}},
    {"C14 rows of the training",
     learnt_rows(),
     "evaluate m.gradus t.csv",
     0,
     {"of 40 rows are equal to rows that the model learnt from"},
     true},
    {"C15 more folds than rows",
     with_odd("1", "1", "1"),
     "cv t.csv --folds 100",
     2,
     {"--folds: found 100 of 40 rows; expected 2 folds at least, and no more than there are rows; try: --folds"}},
    {"C15 nothing left to learn from",
     "x,y\n1,2\n",
     train_it + " --valid 0.5",
     3,
     {"t.csv: found 1 training row(s); expected at least 2; try: "}},
    {"C15 as many classes as rows",
     rows_of("x,y", [](int i) { return number(i) + ",k" + number(i); }),
     train_it,
     0,
     {"warning: the target \"y\" is another one in nearly every row: 40 classes in 40 rows, of which nothing can be "
      "learnt"}},
    {"C16 no weights of rows",
     with_odd("1", "1", "1"),
     train_it + " --weight c",
     2,
     {"found an unknown option, --weight; expected", "try: "}},
};

TEST(BadInput, MeaningOfTables) {
  for (const BadInput& one : entries) expect(one);
}

TEST(BadInput, ClassesThatTrainingNeverSawAreCounted) {
  const Program gradus;
  const auto table = [](const std::string& stop) {
    return rows_of("x,y", [&](int i) { return number(i) + (i % 2 ? ",<=50K" : ",>50K") + stop; });
  };
  gradus.folder.write("t.csv", table(""));
  gradus.folder.write("new.csv", "x,y\n100,<=50K\n101,<=50K.\n102,>50K.\n103,<=50K.\n");
  ASSERT_EQ(gradus("train t.csv --epochs 1 -o m.gradus").code, 0);
  const Ended ended = gradus("evaluate m.gradus new.csv");
  EXPECT_EQ(ended.code, 0);
  EXPECT_NE(ended.out.find(
                "3 of them of 2 classes that training never saw: <=50K. (2 rows), >50K. (1 row); they count as wrong"),
            std::string::npos)
      << ended.out;
  EXPECT_EQ(ended.out.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace gradus::test
