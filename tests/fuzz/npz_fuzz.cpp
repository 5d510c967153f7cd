#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/io/npz.hpp"

/// Any bytes are a cloud or one of the library's errors. A cloud has whole rows, and no more values than the limit has
/// room for.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  constexpr std::uint64_t limit = 1 << 20;
  try {
    auto const cloud = sparseconv::parse_npz(std::as_bytes(std::span(data, size)), "fuzz", {.max_bytes = limit});
    if (cloud.columns < 3 || cloud.values.size() > limit) std::abort();
    if (cloud.values.size() % static_cast<std::size_t>(cloud.columns) != 0) std::abort();
  } catch (sparseconv::Error const&) {
  }
  return 0;
}
