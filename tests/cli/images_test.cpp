// Images from IDX files: their shape, and their labels by name.
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

std::string idx(const std::vector<std::uint32_t>& sizes, const std::string& numbers) {
  std::string out = {0, 0, 8, static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(size >> shift & 0xff);
  }
  return out + numbers;
}

/// One image a label: class i of `labels` is bright in row i modulo the height.
std::string pictures(const std::vector<int>& labels, const std::vector<int>& classes, int height, int width) {
  std::string out;
  for (const int label : labels) {
    const auto place = std::find(classes.begin(), classes.end(), label) - classes.begin();
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) out += static_cast<char>(y == place % height ? 200 + x : 10 * x + y);
    }
  }
  return idx({static_cast<std::uint32_t>(labels.size()), static_cast<std::uint32_t>(height),
              static_cast<std::uint32_t>(width)},
             out);
}

std::string label_file(const std::vector<int>& labels) {
  return idx({static_cast<std::uint32_t>(labels.size())}, std::string(labels.begin(), labels.end()));
}

/// 40 training images of `classes` in turn, and the test images that are asked for, in "set".
void write_set(const test::Program& gradus, const std::vector<int>& classes, const std::vector<int>& unseen, int height,
               int width) {
  std::filesystem::create_directory(gradus.folder.path("set"));
  std::vector<int> train;
  for (std::size_t i = 0; i < 40; ++i) train.push_back(classes[i % classes.size()]);
  gradus.folder.write("set/train-images-idx3-ubyte", pictures(train, classes, height, width));
  gradus.folder.write("set/train-labels-idx1-ubyte", label_file(train));
  gradus.folder.write("set/t10k-images-idx3-ubyte", pictures(unseen, classes, height, width));
  gradus.folder.write("set/t10k-labels-idx1-ubyte", label_file(unseen));
}

json::Value document(const test::Ended& ended) {
  EXPECT_EQ(ended.code, 0) << ended.err;
  return json::parse(ended.out, "standard output");
}

std::vector<std::string> first_fields(const std::string& csv) {
  std::vector<std::string> out;
  std::istringstream in(csv);
  for (std::string line; std::getline(in, line);) out.push_back(line.substr(0, line.find(',')));
  return out;
}

TEST(Images, LabelsAreNamesAndNoneIsMadeUp) {
  for (const std::vector<int>& classes : {std::vector<int>{1, 2, 3}, {4, 250}, {10, 2, 33}}) {
    const test::Program gradus;
    std::vector<int> sorted = classes;
    std::sort(sorted.begin(), sorted.end());
    write_set(gradus, classes, {classes[1], classes[0], classes[1]}, 3, 4);
    const test::Ended trained = gradus("train set --epochs 60 --net '16 relu' -o m.gradus");
    ASSERT_EQ(trained.code, 0) << trained.err;
    EXPECT_NE(
        trained.err.find("into " + std::to_string(classes.size()) + " classes: " + std::to_string(sorted[0]) + " ("),
        std::string::npos)
        << trained.err;
    const json::Value inspected = document(gradus("inspect m.gradus --json"));
    const json::Array& names = inspected.at("model").at("classes").array();
    ASSERT_EQ(names.size(), classes.size());
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(names[i].text(), std::to_string(sorted[i]));
    EXPECT_EQ(first_fields(gradus("predict m.gradus set").out),
              (std::vector<std::string>{"class", std::to_string(classes[1]), std::to_string(classes[0]),
                                        std::to_string(classes[1])}));
    const json::Value evaluated = document(gradus("evaluate m.gradus set --json"));
    EXPECT_EQ(evaluated.at("evaluation").at("accuracy").number(), 1);
    EXPECT_EQ(evaluated.at("classes").array().size(), classes.size());
  }
}

TEST(Images, LabelsThatTrainingNeverSawAreCounted) {
  const test::Program gradus;
  write_set(gradus, {1, 2, 3}, {1, 7, 2, 0, 7, 3}, 3, 4);
  const test::Ended trained = gradus("train set --epochs 60 --net '16 relu' --json -o m.gradus");
  const json::Value run = document(trained);
  const json::Value& test = run.at("evaluations").at("test").at("model");
  EXPECT_EQ(test.at("rows").integer(), 6);
  EXPECT_EQ(test.at("correct").integer(), 3) << "those of known labels";
  EXPECT_NE(
      trained.err.find("t10k-images-idx3-ubyte: 3 of 6 images of 2 classes that training never saw: 7 (2 rows), 0 "
                       "(1 row); they count as wrong"),
      std::string::npos)
      << trained.err;
  const json::Value evaluated = document(gradus("evaluate m.gradus set --json"));
  EXPECT_EQ(evaluated.at("evaluation").at("correct").integer(), 3);
  EXPECT_EQ(evaluated.at("unseen_classes").array().size(), 2U);
  EXPECT_EQ(gradus("predict m.gradus set").code, 0);
  // No label that could be right: before anything is learnt.
  gradus.folder.write("set/t10k-labels-idx1-ubyte", label_file({8, 8, 8, 8, 9, 8}));
  const test::Ended refused = gradus("train set --epochs 1 -o other.gradus");
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("do not have: 8 (5 rows), 9 (1 row); expected labels that they have"), std::string::npos)
      << refused.err;
  EXPECT_FALSE(std::filesystem::exists(gradus.folder.path("other.gradus")));
}

TEST(Images, AreConvolvedAsHighAndWideAsTheyAre) {
  const test::Program gradus;
  write_set(gradus, {0, 1}, {1, 0}, 2, 8);
  ASSERT_EQ(gradus("train set --epochs 2 --net 'conv 3 2x5 relu' -o m.gradus").code, 0);
  const json::Value inspected = document(gradus("inspect m.gradus --json"));
  EXPECT_EQ(json::write(inspected.at("model").at("input")), "[1,2,8]");
  EXPECT_EQ(json::write(inspected.at("parameters").array()[2].at("shape")), "[2,12]");  // 3 x 1 x 4
  EXPECT_EQ(gradus("check m.gradus set --rows 2 --first").code, 0);
  EXPECT_EQ(gradus("explain m.gradus set --row 2").code, 0);
  const test::Ended refused = gradus("train set --epochs 2 --net 'conv 3 4x4' -o n.gradus");
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_NE(refused.err.find("over f32[1,1,2,8]"), std::string::npos) << refused.err;
  // As many numbers, but other images.
  gradus.folder.write("turned-images-idx3-ubyte", pictures({0, 1}, {0, 1}, 8, 2));
  EXPECT_EQ(gradus("predict m.gradus turned-images-idx3-ubyte").code, 3);
}

/// "photos" with the labels dark and light: PNG images of the tests' data, four in each. False where PNG is left out.
bool write_photos(const test::Program& gradus) {
  const std::filesystem::path data = GRADUS_TEST_DATA "/learn/data/images";
  for (const std::string label : {"dark \xc3\xb6", "light"}) {
    std::filesystem::create_directories(gradus.folder.path("photos/" + label));
    for (const char* name :
         label == "light" ? std::array{"rgb.png", "rgba.png"} : std::array{"gray.png", "gray1.png"}) {
      std::filesystem::copy_file(data / name, gradus.folder.path("photos/" + label + "/1" + name));
      std::filesystem::copy_file(data / name, gradus.folder.path("photos/" + label + "/2" + name));
    }
  }
  return gradus("train photos --epochs 1 -o try.gradus").err.find("built without") == std::string::npos;
}

// Else the images of one label would be learnt as another's.
TEST(ImageFolder, ThatIsLinkedBelowAnotherLabelIsRefused) {
  const test::Program gradus;
  if (!write_photos(gradus)) GTEST_SKIP() << "built without libpng";
  std::filesystem::create_directory_symlink("../light", gradus.folder.path("photos/dark \xc3\xb6/more"));
  const test::Ended refused = gradus("train photos --epochs 1 -o m.gradus");
  EXPECT_EQ(refused.code, 3) << refused.err;
  EXPECT_NE(refused.err.find("photos/light: found a folder that is also read as \"dark \xc3\xb6\""), std::string::npos)
      << refused.err;
  std::filesystem::remove(gradus.folder.path("photos/dark \xc3\xb6/more"));
  std::filesystem::create_directory_symlink("..", gradus.folder.path("photos/light/all"));  // in itself: read once
  const test::Ended trained = gradus("train photos --epochs 1 -o m.gradus");
  EXPECT_NE(trained.err.find("dark \xc3\xb6 (4), light (4)"), std::string::npos) << trained.err;
}

TEST(ImageFolder, IsLearntTriedAndPredictedALineAFile) {
  const test::Program gradus;
  if (!write_photos(gradus)) GTEST_SKIP() << "built without libpng";
  const test::Ended trained =
      gradus("train photos --valid 0 --epochs 40 --net 'conv 3 3x3 relu, 8 relu' --batch all --rate 0.01 -o m.gradus");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_NE(trained.err.find("into 2 classes: dark \xc3\xb6 (4), light (4)"), std::string::npos) << trained.err;
  EXPECT_NE(trained.err.find("images of 3 x 5 x 7 numbers"), std::string::npos) << trained.err;
  EXPECT_NE(gradus("inspect m.gradus").out.find("images of 3 x 5 x 7 numbers (red, green, blue; height; width)"),
            std::string::npos);
  EXPECT_EQ(document(gradus("evaluate m.gradus photos --json")).at("evaluation").at("accuracy").number(), 1);
  const test::Ended mixed = gradus("evaluate m.gradus photos/light photos/light/1rgb.png");
  EXPECT_EQ(mixed.code, 2);
  EXPECT_NE(mixed.err.find("photos/light: found a folder among several operands"), std::string::npos) << mixed.err;
  EXPECT_EQ(
      document(gradus("evaluate m.gradus ./photos/light/./1rgb.png --json")).at("evaluation").at("correct").integer(),
      1)
      << "the label is the folder, however the path is written";
  EXPECT_EQ(document(gradus("evaluate m.gradus photos/light --json")).at("evaluation").at("correct").integer(), 4)
      << "a folder of one label";

  gradus.folder.write("photos/light/1broken.png", gradus.folder.read("photos/light/1rgb.png").substr(0, 60));
  const test::Ended all = gradus("predict m.gradus photos");
  EXPECT_EQ(all.code, 0);
  EXPECT_EQ(first_fields(all.out),
            (std::vector<std::string>{"file", "photos/dark \xc3\xb6/1gray.png", "photos/dark \xc3\xb6/1gray1.png",
                                      "photos/dark \xc3\xb6/2gray.png", "photos/dark \xc3\xb6/2gray1.png",
                                      "photos/light/1broken.png", "photos/light/1rgb.png", "photos/light/1rgba.png",
                                      "photos/light/2rgb.png", "photos/light/2rgba.png"}));
  EXPECT_NE(all.out.find("\nphotos/light/1broken.png,,nan\nphotos/light/1rgb.png,light,"), std::string::npos)
      << all.out;
  EXPECT_NE(all.err.find("photos: 1 of 9 images cannot be read, with no prediction in its line; the first: "
                         "photos/light/1broken.png: found a damaged PNG image"),
            std::string::npos)
      << all.err;
  EXPECT_EQ(gradus("predict m.gradus photos --threads 1").out, all.out);
  const test::Ended some = gradus("predict m.gradus photos/light/2rgb.png none.png cars.csv photos/light/1rgba.png");
  EXPECT_EQ(first_fields(some.out), (std::vector<std::string>{"file", "photos/light/2rgb.png", "none.png", "cars.csv",
                                                              "photos/light/1rgba.png"}));
  EXPECT_EQ(
      document(gradus("predict m.gradus photos/light/2rgb.png --json")).at("predictions").array()[0].at("file").text(),
      "photos/light/2rgb.png");
  EXPECT_EQ(gradus("predict m.gradus photos -o photos/light/1rgb.png").code, 2) << "an output that is an input";
}

TEST(ImageFolder, SizesAreSaid) {
  const test::Program gradus;
  if (!write_photos(gradus)) GTEST_SKIP() << "built without libpng";
  const test::Ended trained = gradus("train photos --epochs 1 --image-size 4x9 -o m.gradus");
  EXPECT_NE(trained.err.find("images of 3 x 4 x 9 numbers"), std::string::npos) << trained.err;
  EXPECT_EQ(gradus("predict m.gradus photos").code, 0);
  for (const auto& [arguments, text] :
       {std::pair{"train photos --image-size 4", "expected HEIGHTxWIDTH, each from 1 to 4096; try: 28x28"},
        {"train photos --image-size 0x4", "--image-size: found"},
        {"train photos --image-size 4x5000", "--image-size: found"},
        {"train cars.csv --image-size 4x4", "found a table, which has no images"},
        {"train photos --target x", "found a folder of images, which has no columns"}}) {
    const test::Ended refused = gradus(std::string(arguments) + " -o n.gradus");
    EXPECT_EQ(refused.code, 2) << arguments;
    EXPECT_NE(refused.err.find(text), std::string::npos) << refused.err;
  }
}

}  // namespace
}  // namespace gradus
