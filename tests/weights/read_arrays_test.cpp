#include "sparseconv/weights/read_arrays.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/weights/write_npz_arrays.hpp"
#include "sparseconv/weights/write_safetensors.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"
#include "support/torch_script.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::read_arrays_test {
namespace {

using Floats = std::vector<float>;

TEST(ReadArrays, ReadsNpz) {
  test::TemporaryFile const file("weights.npz", {});
  write_npz_arrays(file.path(), std::vector<NamedArray>{{"a", make_array({2}, Floats{1, 2})}});
  auto const arrays = read_arrays(file.path());
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays[0].name, "a");
  EXPECT_EQ(arrays[0].array.values_as<float>("test"), (Floats{1, 2}));
}

TEST(ReadArrays, ReadsSafetensors) {
  test::TemporaryFile const file("weights.safetensors", {});
  write_safetensors(file.path(), std::vector<NamedArray>{{"a", make_array({2}, Floats{1, 2})}});
  auto const arrays = read_arrays(file.path());
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays[0].name, "a");
  EXPECT_EQ(arrays[0].array.values_as<float>("test"), (Floats{1, 2}));
}

TEST(ReadArrays, ReadsCheckpointsOfPyTorch) {
  if (!test::has_python()) GTEST_SKIP() << "python3 is not there to write a checkpoint";
  test::TorchFile const file("save_records(path, dict(a=tensor(Storage('Float', [1, 2]), (2,), (1,))))");
  ASSERT_TRUE(file.is_made());
  for (std::string const name : {"weights.pt", "weights.pth", "weights.ckpt"}) {
    std::filesystem::path const path = file.path().parent_path() / name;
    std::filesystem::copy_file(file.path(), path);
    auto const arrays = read_arrays(path);
    ASSERT_EQ(arrays.size(), 1U);
    EXPECT_EQ(arrays[0].name, "a");
    EXPECT_EQ(arrays[0].array.values_as<float>("test"), (Floats{1, 2}));
  }
}

TEST(ReadArrays, SaysWhichFilesCanBeRead) {
  EXPECT_EQ(test::message_of<Error>([] { return read_arrays("second.h5"); }),
            "read_arrays: second.h5: the ending tells how a file is read, and it is none of .pt, .pth, .ckpt "
            "(PyTorch), .safetensors and .npz; give one of these, or rename the file if it is one");
}

TEST(ReadArrays, AndItsReadersRefuseANameWithAZero) {
  using Path = std::filesystem::path;
  for (char const* const ending : {".npz", ".pt", ".safetensors", ".none"})
    test::expect_reader_refuses_zero("read_arrays", ending, [](Path const& path) { return read_arrays(path); });
  test::expect_reader_refuses_zero("read_npz_arrays", ".npz", [](Path const& path) { return read_npz_arrays(path); });
  test::expect_reader_refuses_zero("read_torch_checkpoint", ".pt",
                                   [](Path const& path) { return read_torch_checkpoint(path); });
  test::expect_reader_refuses_zero("read_safetensors", ".safetensors",
                                   [](Path const& path) { return read_safetensors(path); });
  std::vector<NamedArray> const arrays{{"a", make_array({1}, Floats{1})}};
  test::expect_writer_refuses_zero("write_npz_arrays", ".npz",
                                   [&](Path const& path) { write_npz_arrays(path, arrays); });
  test::expect_writer_refuses_zero("write_safetensors", ".safetensors",
                                   [&](Path const& path) { write_safetensors(path, arrays); });
}

}  // namespace
}  // namespace sparseconv::read_arrays_test
