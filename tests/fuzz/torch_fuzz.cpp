#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "check_array.hpp"
#include "check_reader.hpp"
#include "mutate.hpp"
#include "sparseconv/weights/torch_checkpoint.hpp"
#include "torch_file.hpp"

namespace sparseconv::fuzz {

/// The parts of all arrays fit each other, and what else is told can be printed.
static void require_whole(TorchCheckpoint const& checkpoint, ReaderBounds const& bounds) {
  require(!checkpoint.arrays.empty(), "some arrays");
  for (NamedArray const& named : checkpoint.arrays) require_whole(named.array, bounds);
  for (std::string const& other : checkpoint.others)
    require_sentence("fuzz: lists " + other, "fuzz: ");  // as a sentence, of which it is a piece
}

}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_torch, spoil_torch);
}

/// Some inputs name a dictionary. A byte of an archive unpacks to 1032 at most, within the limit, and one of a pickle becomes a value
/// of some hundred bytes; paths may take 1 MB and 64 for each of its bytes, once in the list and once while it is made.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  constexpr std::size_t limit = 1 << 16;
  auto const bytes = std::as_bytes(std::span(data, size));
  bool const is_archive = size > 2 && data[0] == 'P';
  std::size_t const unpacked = is_archive ? std::min(limit, 1032 * size) : size;
  TorchCheckpointOptions options{.max_bytes = limit};
  if (size % 8 == 0) options.dictionary = "state_dict";
  if (size % 8 == 1) options.dictionary = "model.0";
  SharedBytes const shared(std::vector<std::byte>(bytes.begin(), bytes.end()));
  fuzz::check_reader(
      size,
      {.call = "read_torch_checkpoint: fuzz: ", .most_values = limit, .header_memory = (4 << 20) + 512 * unpacked},
      [&] { return parse_torch_checkpoint(shared, "fuzz", options); });
  return 0;
}
