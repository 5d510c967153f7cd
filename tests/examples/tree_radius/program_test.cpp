// The program itself, as users run it: TREE_RADIUS_PROGRAM is its path.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/weights/npy_array.hpp"
#include "sparseconv/weights/npz_arrays.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"
#include "support/run_program.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"

namespace tree_radius::program_test {
namespace {

namespace sc = sparseconv;
using sc::test::Outcome;

class TreeRadius : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path(char const* name) const { return (file_.folder() / name).string(); }
  [[nodiscard]] Outcome run(std::string const& arguments) const {
    return sc::test::run_program(TREE_RADIUS_PROGRAM, arguments, file_.folder());
  }

 private:
  sc::test::TemporaryFile file_{"folder", {}};
};

/// An untrained network under the names and shapes of Smart-Tree's checkpoints.
std::vector<sc::NamedArray> untrained() {
  sc::Network const network = sc::tree_unet(3, 7);
  sc::NameTable const table = sc::name_tables(network).front();
  std::vector<sc::NamedArray> arrays;
  for (auto const& [name, parameter] : network.parameters()) {
    std::size_t const dot = name.rfind('.');
    std::vector<std::int64_t> shape = parameter.shape;
    if (shape.size() == 3) shape = {shape[2], 3, 3, 3, shape[1]};
    if (shape.size() == 2) shape = {shape[1], 1, 1, 1, shape[0]};
    arrays.push_back({key_of(table, name.substr(0, dot)) + name.substr(dot), sc::make_array(shape, parameter.values)});
  }
  return arrays;
}

TEST_F(TreeRadius, ReadsAScanAndWritesPictureAndPoints) {
  sc::write_npz_arrays(path("untrained.npz"), untrained());
  std::vector<float> points;
  for (int i = 0; i < 300; ++i) {
    points.push_back(static_cast<float>(i % 20) * 0.02F + 5);
    points.push_back(static_cast<float>(i % 15) * 0.02F);
    points.push_back(static_cast<float>(i) * 0.01F - 2);
  }
  sc::write_npy_array(path("tree.npy"), sc::make_array({300, 3}, points));
  Outcome const outcome = run("tree.npy --weights untrained.npz --threads 1 --output tree.png --points out.npz");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("tree.npy, 300 points: 300 in 300 voxels, 0 dropped"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("141 parameters bound by Smart-Tree"), std::string::npos) << outcome.text;
  EXPECT_GT(std::filesystem::file_size(path("tree.png")), 100U);
  auto const arrays = sc::read_npz_arrays(path("out.npz"));
  ASSERT_EQ(arrays.size(), 3U);
  EXPECT_EQ(arrays[0].name, "position");
  EXPECT_EQ(arrays[0].array.shape, (std::vector<std::int64_t>{300, 3}));
  auto const positions = arrays[0].array.values_as<double>("test");
  for (std::size_t i = 0; i < positions.size(); i += 3) {
    EXPECT_GE(positions[i], 5 - 1e-5);
    EXPECT_LE(positions[i], 5.38 + 1e-5);
    EXPECT_GE(positions[i + 2], -2 - 1e-5);
    EXPECT_LE(positions[i + 2], 0.99 + 1e-5);
  }
}

TEST_F(TreeRadius, FindsTheRadiiOfASimulatedTree) {
  auto const weights = sc::test::shared_data("trained/smart_tree_weights.pt");
  if (weights.empty()) GTEST_SKIP() << "the trained network of Smart-Tree is not here";
  Outcome const outcome = run("--weights '" + weights.string() + "' --threads 2");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_GT(std::filesystem::file_size(path("tree_radius.png")), 10000U);
  for (std::string const range : {"10 to 20 mm", "20 to 40 mm", "40 to 80 mm", "80 to 160 mm"}) {
    std::size_t const begin = outcome.text.find("\n" + range);
    ASSERT_NE(begin, std::string::npos) << outcome.text;
    double truth = 0;
    double found = 0;
    ASSERT_EQ(std::sscanf(outcome.text.c_str() + begin + 1 + range.size(), "%*d %lf mm %lf mm", &truth, &found), 2);
    EXPECT_NEAR(found / truth, 1, 0.15) << range;
  }
}

TEST_F(TreeRadius, SaysWhatIsWrong) {
  Outcome const none = run("");
  EXPECT_EQ(none.status, 1);
  EXPECT_NE(none.text.find("--weights is required"), std::string::npos) << none.text;
  Outcome const missing = run("--weights none.pt");
  EXPECT_EQ(missing.status, 1);
  EXPECT_NE(missing.text.find("none.pt"), std::string::npos) << missing.text;
  Outcome const ending = run("--weights tree.h5");
  EXPECT_EQ(ending.status, 1);
  EXPECT_NE(ending.text.find("read_arrays: tree.h5: the ending tells how a file is read"), std::string::npos)
      << ending.text;
  Outcome const same = run("tree.npz --weights weights.pt --points ./tree.npz");
  EXPECT_EQ(same.text,
            "tree_radius: --points ./tree.npz and the scan tree.npz are one file; give each a file of its own\n");
  EXPECT_EQ(run("--weights w.pt --voxel nan").text.find("--voxel: 'nan' is no number from 1e-06 to 1e+06"), 0U);
  EXPECT_FALSE(std::filesystem::exists(path("tree_radius.png")));
}

}  // namespace
}  // namespace tree_radius::program_test
