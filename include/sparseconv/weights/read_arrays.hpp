#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/file_name.hpp"
#include "sparseconv/weights/npz_arrays.hpp"
#include "sparseconv/weights/safetensors.hpp"
#include "sparseconv/weights/torch_checkpoint.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Reads the named arrays of a file of weights; the ending tells its format: .pt, .pth and .ckpt (PyTorch), .safetensors or .npz.
///
/// Needs libzip as well, as the readers of these formats do.
/// Throws:  Error for any other ending; what read_torch_checkpoint, read_safetensors and read_npz_arrays throw.
[[nodiscard]] inline std::vector<NamedArray> read_arrays(std::filesystem::path const& path) {
  expect_whole_name<FormatError>(path, "read_arrays: " + path.string());
  std::string const ending = path.extension().string();
  if (ending == ".npz") return read_npz_arrays(path);
  if (ending == ".pt" || ending == ".pth" || ending == ".ckpt") return read_torch_checkpoint(path).arrays;
  if (ending == ".safetensors") return read_safetensors(path).arrays;
  throw Error({"read_arrays: ", path.string(),
               ": the ending tells how a file is read, and it is none of .pt, .pth, .ckpt (PyTorch), .safetensors and "
               ".npz; give one of these, or rename the file if it is one"});
}

}  // namespace sparseconv::inline v0_1
