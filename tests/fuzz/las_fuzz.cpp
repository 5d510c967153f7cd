#include "sparseconv/io/las.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../support/las_file.hpp"
#include "check_blocks.hpp"
#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {
namespace {

/// A file of up to 7 points of any format.
std::string make_las(Dice& dice) {
  auto const format = dice.below(las_records.size());
  std::size_t const record = las_records[format].bytes + (dice.one_in(4) ? dice.below(9) : 0);
  std::size_t const points = dice.below(8);
  test::ByteWriter const header = test::las_header({.minor = static_cast<int>(dice.below(5)),
                                                    .format = static_cast<int>(format),
                                                    .record_bytes = static_cast<int>(record),
                                                    .points = points,
                                                    .scale = dice.one_in(2) ? 0.001 : 1,
                                                    .x_offset = dice.one_in(2) ? 500000.5 : 0,
                                                    .between = std::string(dice.below(20), 'v')});
  std::string text(reinterpret_cast<char const*>(header.bytes().data()), header.size());
  return text + any_bytes(dice, points * record + (dice.one_in(4) ? dice.below(30) : 0));
}

/// Makes one change, most often to a number of the header.
void spoil_las(std::string& bytes, Dice& dice) {
  if (bytes.size() < longest_las_header || dice.one_in(4)) return spoil_bytes(bytes, dice);
  struct Field {
    std::size_t at;
    std::size_t size;
  };
  constexpr Field fields[] = {{24, 1},  {25, 1},  {94, 2},  {96, 4},  {104, 1}, {105, 2}, {107, 4},
                              {131, 8}, {139, 8}, {155, 8}, {171, 8}, {247, 8}, {0, 4}};
  Field const field = dice.pick(fields);
  bytes.replace(field.at, field.size, any_bytes(dice, field.size));
}

}  // namespace
}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_las, spoil_las);
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  fuzz::check_reader(size, {.call = "read_las: fuzz: ", .most_values = size, .header_memory = 1 << 16}, [&] {
    return fuzz::read_whole_and_in_blocks([&] { return open_las_rows({bytes, "read_las: fuzz"}); });
  });
  return 0;
}
