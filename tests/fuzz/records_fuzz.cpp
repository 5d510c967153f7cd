#include "sparseconv/io/records.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {
namespace {

/// The format that the first byte of an input chooses.
RecordFormat format_of(std::uint8_t choice) {
  using Limits = std::numeric_limits<std::int64_t>;
  constexpr std::int64_t two_to_62 = std::int64_t{1} << 62;
  constexpr std::array<std::int64_t, 8> hostile = {
      -1, -4, Limits::min(), Limits::max(), two_to_62, two_to_62 + 4, (two_to_62 >> 30) + 4, -(two_to_62 >> 31)};
  const std::size_t low = choice & 7;
  return {choice & 8 ? hostile[low] : static_cast<std::int64_t>(low),
          choice & 0x80 ? RecordElement::float16 : RecordElement::float32};
}

std::string make_records(Dice& dice) {
  auto const choice = static_cast<std::uint8_t>((dice.one_in(2) ? 0x80 : 0) + 3 + dice.below(4));
  return static_cast<char>(choice) + any_bytes(dice, dice.below(8) * record_bytes(format_of(choice)));
}

void spoil_records(std::string& bytes, Dice& dice) {
  if (!bytes.empty() && dice.one_in(4)) {
    bytes[0] = static_cast<char>(dice.below(256));
  } else {
    spoil_bytes(bytes, dice);
  }
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_records, spoil_records);
}

/// Any bytes after the first are a cloud of just these records, or an error.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv::fuzz;
  if (size == 0) return 0;
  auto const format = format_of(data[0]);
  check_reader(size, {.call = "read_records: ", .most_values = size, .header_memory = 1 << 16}, [&] {
    auto cloud = sparseconv::parse_records(std::as_bytes(std::span(data + 1, size - 1)), "fuzz", format);
    require(cloud.columns == format.columns, "the columns that were asked for");
    require(static_cast<std::size_t>(cloud.size()) * sparseconv::record_bytes(format) == size - 1, "every byte counts");
    return cloud;
  });
  return 0;
}
