// The program itself, as users run it: COMPRESS_SCAN_PROGRAM is its path.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/weights/npy_array.hpp"
#include "support/run_program.hpp"
#include "support/temporary_file.hpp"

namespace compress_scan::program_test {
namespace {

using sparseconv::test::Outcome;

class CompressScan : public ::testing::Test {
 protected:
  /// 400 points of four numbers, 64 mm apart, on a bent sheet: as many sites at a step of 64.
  CompressScan() {
    std::vector<float> points;
    for (int i = 0; i < 400; ++i) {
      std::array<int, 3> const site{i % 20 - 7, i / 20 - 9, i % 20 * (i / 20) / 30};
      for (int const axis : site) points.push_back(static_cast<float>(axis) * 0.064F);
      points.push_back(0.5F);
      sites_.push_back({site[2] + 2048, site[1] + 2048, site[0] + 2048});
    }
    std::sort(sites_.begin(), sites_.end());
    std::ofstream(path("scan.bin"), std::ios::binary)
        .write(reinterpret_cast<char const*>(points.data()),
               static_cast<std::streamsize>(points.size() * sizeof(float)));
  }

  [[nodiscard]] std::string path(char const* name) const { return (file_.folder() / name).string(); }
  [[nodiscard]] Outcome run(std::string const& arguments) const {
    return sparseconv::test::run_program(COMPRESS_SCAN_PROGRAM, arguments, file_.folder());
  }
  [[nodiscard]] std::string bytes_of(char const* name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(file_.folder()))
      names.insert(entry.path().filename().string());
    return names;
  }
  /// What decoding must write: x, y, z, by z, then y, then x.
  [[nodiscard]] std::vector<std::int32_t> rows() const {
    std::vector<std::int32_t> rows;
    for (auto const& [z, y, x] : sites_) rows.insert(rows.end(), {x, y, z});
    return rows;
  }

 private:
  sparseconv::test::TemporaryFile file_{"folder", {}};
  std::vector<std::array<std::int32_t, 3>> sites_;
};

TEST_F(CompressScan, EncodesAndDecodes) {
  Outcome const encoded =
      run("encode scan.bin out.scnc --random-weights 7 --step 64 --threads 2 --json e.json --picture p.png");
  ASSERT_EQ(encoded.status, 0) << encoded.text;
  EXPECT_NE(encoded.text.find("scan.bin: 400 points, 400 sites at a step of 64 mm"), std::string::npos) << encoded.text;
  Outcome const decoded = run("decode out.scnc sites.npy --random-weights 7 --threads 1 --json d.json");
  ASSERT_EQ(decoded.status, 0) << decoded.text;
  auto const sites = sparseconv::read_npy_array(path("sites.npy"));
  EXPECT_EQ(sites.shape, (std::vector<std::int64_t>{400, 3}));
  EXPECT_EQ(sites.values_as<std::int32_t>("test"), rows());

  ASSERT_EQ(run("decode out.scnc metres.npy --random-weights 7 --metres").status, 0);
  auto const metres = sparseconv::read_npy_array(path("metres.npy")).values_as<float>("test");
  ASSERT_EQ(metres.size(), rows().size());
  for (std::size_t i = 0; i < metres.size(); ++i)
    EXPECT_FLOAT_EQ(metres[i], static_cast<float>((rows()[i] - 2048) * 0.064));

  std::ifstream file(path("e.json"));
  auto const table = nlohmann::json::parse(file);
  EXPECT_EQ(table["points"], 400);
  EXPECT_EQ(table["sites"], 400);
  EXPECT_EQ(table["bits"], 8 * bytes_of("out.scnc").size());
  EXPECT_EQ(table["threads"], 2);
  EXPECT_GT(table["milliseconds"]["convolutions"], 0);
  EXPECT_GE(table["milliseconds"]["total"], table["milliseconds"]["convolutions"]);
  EXPECT_TRUE(std::filesystem::exists(path("p.png")) && std::filesystem::exists(path("d.json")));
}

TEST_F(CompressScan, WritesTheSameFileWithOtherThreadsAndInstructions) {
  ASSERT_EQ(run("encode scan.bin a.scnc --random-weights 7 --threads 1").status, 0);
  ASSERT_EQ(run("encode scan.bin b.scnc --random-weights 7 --threads 3").status, 0);
  EXPECT_EQ(bytes_of("a.scnc"), bytes_of("b.scnc"));
  if (sparseconv::best_instruction_set() >= sparseconv::InstructionSet::avx2) {
    ASSERT_EQ(run("encode scan.bin c.scnc --random-weights 7 --instructions avx2").status, 0);
    EXPECT_EQ(bytes_of("a.scnc"), bytes_of("c.scnc"));
  }
  ASSERT_EQ(run("encode scan.bin d.scnc --random-weights 7 --instructions portable").status, 0);
  Outcome const outcome = run("decode d.scnc d.npy --random-weights 7");
  ASSERT_EQ(outcome.status, 0) << outcome.text;  // with the arithmetic that the file asks for
  EXPECT_EQ(sparseconv::read_npy_array(path("d.npy")).values_as<std::int32_t>("test"), rows());
}

TEST_F(CompressScan, TakesTheFormatsOfScansThatAllProgramsTake) {
  ASSERT_EQ(run("encode scan.bin a.scnc --random-weights 7").status, 0);
  Outcome const described =
      run("encode scan.bin b.scnc --random-weights 7 --fields \"f4 x, f4 y, f4 z, u2 ring, u2 _\"");
  ASSERT_EQ(described.status, 0) << described.text;
  EXPECT_EQ(bytes_of("a.scnc"), bytes_of("b.scnc"));
}

/// Each mistake: exit status 1, one sentence, and no file.
TEST_F(CompressScan, RefusesMistakesWithASentenceAndWritesNothing) {
  ASSERT_EQ(run("encode scan.bin out.scnc --random-weights 7").status, 0);
  std::string const damaged = bytes_of("out.scnc").substr(0, 100);
  std::ofstream(path("damaged.scnc"), std::ios::binary) << damaged;
  std::set<std::string> const before = files();
  auto const expect = [&](std::string const& arguments, std::string const& sentence) {
    Outcome const outcome = run(arguments);
    EXPECT_EQ(outcome.status, 1) << arguments;
    EXPECT_NE(outcome.text.find(sentence), std::string::npos) << outcome.text;
    EXPECT_EQ(files(), before) << arguments;
  };
  expect("encode scan.bin new.scnc", "compress_scan: neither --weights nor --random-weights is given");
  expect("encode scan.bin new.scnc --weights w.pt --random-weights 1", "are both given");
  expect("encode scan.bin scan.bin --random-weights 1", "both name scan.bin; give each a file of its own");
  expect("encode scan.bin none/new.scnc --random-weights 1", "there is no folder none");
  expect("encode scan.bin ./scan.bin --random-weights 1",
         "the compressed file ./scan.bin and the scan scan.bin are one file");
  expect("decode out.scnc ./out.scnc --random-weights 7", "are one file; give each a file of its own");
  expect("encode scan.bin new.scnc --random-weights 1 --json .", "this is a directory; name a file in it");
  expect("encode '' new.scnc --random-weights 1", "compress_scan: no file is named for the scan; give its path");
  expect("decode out.scnc '' --random-weights 7", "compress_scan: no file is named for the sites; give its path");
  expect("encode none.bin new.scnc --random-weights 1", "none.bin");
  expect("encode scan.bin new.scnc --random-weights 1 --step 0", "--step");
  for (std::string const step : {"nan", "inf", "1e39", "1e-50", "-3"}) {
    expect("encode scan.bin new.scnc --random-weights 1 --step " + step,
           "--step: '" + step + "' is no number from 0.001 to 1e+06");
  }
  expect("encode scan.bin new.scnc --random-weights 1 --step 0.001", "floats there are 0.015625 mm apart");
  expect("encode scan.bin new.scnc --random-weights -1", "--random-weights: '-1' is no whole number from 0 to ");
  expect("encode scan.bin new.scnc --random-weights 1 --threads 1000000",
         "--threads: '1000000' is no number from 1 to ");
  expect("encode scan.bin new.scnc --weights scan.bin", "scan.bin");
  expect("decode out.scnc new.npy --random-weights 8", "give the weights of the encoder");
  expect("decode damaged.scnc new.npy --random-weights 7", "compress_scan: damaged.scnc: the file ends at byte 100");
  expect("decode scan.bin new.npy --random-weights 7", "this is no compressed scan");
  expect("", "A subcommand is required");
}

}  // namespace
}  // namespace compress_scan::program_test
