#include "sparseconv/io/npz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "check_reader.hpp"
#include "mutate.hpp"
#include "npy_file.hpp"
#include "spoil_body.hpp"
#include "zip_file.hpp"

namespace sparseconv::fuzz {
namespace {

/// An archive of one to three arrays.
std::string make_npz(Dice& dice) {
  std::vector<ZipEntry> entries;
  for (std::size_t left = 1 + dice.below(3); left > 0; --left) {
    std::string array = make_npy(dice);
    if (dice.one_in(8)) spoil_npy(array, dice);
    std::string const name(dice.pick({"points.npy", "a.npy", "b.npy", "arr_0.npy", "readme.txt"}));
    entries.push_back(true_entry(name, array, dice.one_in(2)));
  }
  return join_zip(entries);
}

void spoil_npz(std::string& bytes, Dice& dice) {
  switch (dice.below(5)) {
    case 0:
      return spoil_bytes(bytes, dice);
    case 1:
    case 2:
      return spoil_zip_number(bytes, dice);
    default:
      return spoil_zip_entries(bytes, dice, spoil_npy);
  }
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_npz, spoil_npz);
}

/// A byte of an archive unpacks to 1032 at most, each of which may be a number. Some inputs ask for an array by name.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  constexpr std::size_t limit = 1 << 20;
  const sparseconv::NpzOptions options{.array = size % 4 == 0 ? "points" : "", .max_bytes = limit};
  sparseconv::fuzz::check_reader(
      size, {.call = "read_npz: fuzz: ", .most_values = std::min(limit, 1032 * size), .header_memory = 8 * limit},
      [&] { return sparseconv::parse_npz(std::as_bytes(std::span(data, size)), "fuzz", options); });
  return 0;
}
