#include "scan_input/scan_source.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sparseconv/io/write_npz.hpp"
#include "support/byte_writer.hpp"
#include "support/temporary_file.hpp"

namespace scan_input::scan_source_test {
namespace {

using Values = std::vector<float>;
using sparseconv::test::ByteWriter;
using sparseconv::test::TemporaryFile;

TEST(LoadScan, TakesAnArchiveByItsExtensionInAnyCase) {
  for (char const* name : {"scan.npz", "SCAN.NPZ"}) {
    TemporaryFile const file(name, ByteWriter().bytes());
    sparseconv::write_npz(file.path(), {.values = {1, 2, 3}});
    EXPECT_EQ(load_scan({.file = file.path().string()}, 1).values, (Values{1, 2, 3})) << name;
  }
}

TEST(LoadScan, TakesATextAsTheOptionsSay) {
  TemporaryFile const file("scan.txt", ByteWriter("1|2|3\n").bytes());
  EXPECT_EQ(load_scan({.file = file.path().string(), .text = {.names = "z y x", .separator = '|'}}, 1).values,
            (Values{3, 2, 1}));
}

}  // namespace
}  // namespace scan_input::scan_source_test
