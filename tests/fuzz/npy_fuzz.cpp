#include "sparseconv/io/npy.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

#include "check_array.hpp"
#include "check_blocks.hpp"
#include "check_reader.hpp"
#include "mutate.hpp"
#include "npy_file.hpp"
#include "sparseconv/weights/npy_array.hpp"

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_npy, spoil_npy);
}

/// As points, and as an array of any shape. A few bytes of a dtype may say that a record has 65536 numbers, each of which gets a type,
/// a place and a name.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  fuzz::check_reader(size, {.call = "read_npy: fuzz: ", .most_values = size, .header_memory = std::size_t{40} << 20},
                     [&] {
                       return fuzz::read_whole_and_in_blocks([&] { return open_npy_rows({bytes, "read_npy: fuzz"}); });
                     });
  fuzz::check_reader(size, {.call = "read_npy_array: fuzz: ", .most_values = size, .header_memory = 1 << 16},
                     [&] { return parse_npy_array(bytes, "fuzz"); });
  return 0;
}
