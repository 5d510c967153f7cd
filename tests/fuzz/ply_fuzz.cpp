#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/io/ply.hpp"

/// Any bytes are a cloud or one of the library's errors. A cloud has whole rows, and no more values than the bytes have
/// room for: two of a text are the four parts of a packed colour.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  try {
    auto const cloud = sparseconv::parse_ply(std::as_bytes(std::span(data, size)), "fuzz");
    if (cloud.columns < 3 || cloud.values.size() > 2 * size) std::abort();
    if (cloud.values.size() % static_cast<std::size_t>(cloud.columns) != 0) std::abort();
    if (!cloud.names.empty() && cloud.names.size() != static_cast<std::size_t>(cloud.columns)) std::abort();
  } catch (sparseconv::Error const&) {
  }
  return 0;
}
