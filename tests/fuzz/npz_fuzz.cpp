#include "sparseconv/io/npz.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check_array.hpp"
#include "check_reader.hpp"
#include "mutate.hpp"
#include "npy_file.hpp"
#include "sparseconv/weights/npz_arrays.hpp"
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
  static constexpr std::array<std::string_view, 9> names = {"points.npy", "xyz.npy", "a.npy",      "arr_0.npy", ".npy",
                                                            "a.NPY",      "",        "b/../x.npy", "\xff.npy"};
  switch (dice.below(5)) {
    case 0:
      return spoil_bytes(bytes, dice);
    case 1:
    case 2:
      return spoil_zip_number(bytes, dice);
    default:
      return spoil_zip_entries(bytes, dice, names, spoil_npy);
  }
}

}  // namespace

/// The parts of all arrays fit each other, and the limit.
static void require_whole(std::vector<NamedArray> const& arrays, ReaderBounds const& bounds) {
  std::size_t bytes = 0;
  for (NamedArray const& named : arrays) {
    require_whole(named.array, bounds);
    bytes += named.array.bytes.size();
  }
  require(!arrays.empty() && bytes <= bounds.most_values, "some arrays, within the limit together");
}

}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_npz, spoil_npz);
}

/// A byte of an archive unpacks to 1032 at most, each of which may be a number. Some inputs ask for an array by name. All
/// entries together may have more, as several may claim the same bytes of the archive.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  constexpr std::size_t limit = 1 << 20;
  auto const bytes = std::as_bytes(std::span(data, size));
  const NpzOptions options{.array = size % 4 == 0 ? "points" : "", .max_bytes = limit};
  fuzz::check_reader(
      size, {.call = "read_npz: fuzz: ", .most_values = std::min(limit, 1032 * size), .header_memory = 40 * limit},
      [&] { return parse_npz(bytes, "fuzz", options); });
  fuzz::check_reader(size, {.call = "read_npz_arrays: fuzz: ", .most_values = limit, .header_memory = 8 * limit},
                     [&] { return parse_npz_arrays(bytes, "fuzz", {.max_bytes = limit}); });
  return 0;
}
