#pragma once

#include <stdexcept>
#include <string>

namespace sparseconv::inline v0_1 {

/// What every exception of the library derives from.
///
/// A message names the call, the values that do not fit, and the cure. A call that throws leaves its arguments as they
/// were.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Counts that must agree do not: channels, rows, weights, kernel extents, grid extents.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// A coordinate or batch index is outside its grid, or stands twice in a list that must not repeat.
class CoordinateError : public Error {
 public:
  using Error::Error;
};

/// A file or a stream of bytes is not what its format says.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// A call of the CUDA runtime failed, or the GPU or its stream cannot do what was asked.
class CudaError : public Error {
 public:
  using Error::Error;
};

/// A size is beyond what the library's indices and keys, or a device's blocks, can hold.
class CapacityError : public Error {
 public:
  using Error::Error;
};

}  // namespace sparseconv::inline v0_1
