#include "sparseconv/weights/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "check_array.hpp"
#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "safetensors_file.hpp"

namespace sparseconv::fuzz {

/// The parts of all arrays fit each other, and they are all the numbers that there are.
static void require_whole(SafetensorsFile const& file, ReaderBounds const& bounds) {
  std::size_t bytes = 0;
  for (NamedArray const& named : file.arrays) {
    require_whole(named.array, bounds);
    bytes += named.array.bytes.size();
  }
  require(bytes <= bounds.most_values, "no two arrays have the same bytes");
}

}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  static auto const words = split_words(
      "dtype shape data_offsets __metadata__ F64 F32 F16 BF16 I64 I8 U8 BOOL F8_E5M2 C64 a1 a2 conv.weight1 null");
  return mutate(data, size, max_size, seed, make_safetensors,
                [&](std::string& bytes, Dice& dice) { spoil_safetensors(bytes, dice, words); });
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const given = std::as_bytes(std::span(data, size));
  SharedBytes const bytes = std::vector<std::byte>(given.begin(), given.end());
  fuzz::check_reader(size, {.call = "read_safetensors: fuzz: ", .most_values = size, .header_memory = 1 << 16},
                     [&] { return parse_safetensors(bytes, "fuzz"); });
  return 0;
}
