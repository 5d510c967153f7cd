#include "sparseconv/index/cpu/linear_keys.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::cpu_linear_keys_test {
namespace {

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <int D>
std::vector<Coordinate<D>> any_sites(std::size_t count) {
  test::RandomNumbers random(1);
  std::vector<Coordinate<D>> sites(count);
  for (Coordinate<D>& site : sites) {
    site.batch = static_cast<std::int32_t>(random.between(0, most));
    for (std::int32_t& c : site.position) c = static_cast<std::int32_t>(random.between(least, most));
  }
  return sites;
}

/// Sums in 64 bits of which the key's are the lowest. Weights of 2^k and others, which wrap.
template <int D, class Key>
void expect_keys(std::size_t count) {
  on_cpu::KeyWeights<D, Key> weights{static_cast<Key>(0x123456789abcdef0), {}};
  for (std::size_t field = 0; field < weights.of_field.size(); ++field) {
    weights.of_field[field] = static_cast<Key>(std::uint64_t{0x40000001} << (7 * field));
  }
  auto const sites = any_sites<D>(count);
  std::vector<Key> expected;
  for (Coordinate<D> const& site : sites) {
    std::uint64_t key = 0x123456789abcdef0 + (std::uint64_t{0x40000001} * static_cast<std::uint64_t>(site.batch));
    for (std::size_t axis = 0; axis < site.position.size(); ++axis) {
      key += (std::uint64_t{0x40000001} << (7 * (axis + 1))) *
             static_cast<std::uint64_t>(std::int64_t{site.position[axis]});
    }
    expected.push_back(static_cast<Key>(key));
  }
  for (InstructionSet const set : test::instruction_sets()) {
    std::vector<Key> keys(count + 1, Key{77});
    on_cpu::write_keys(test::OnCpu<2>::policy().instructions(set), sites.data(), static_cast<std::int64_t>(count),
                       weights, keys.data());
    EXPECT_EQ(keys.back(), 77U);
    keys.pop_back();
    ASSERT_EQ(keys, expected) << D << " dimensions, " << count << " sites, " << to_string(set);
  }
}

TEST(LinearKeys, AreSumsOfWeighedFields) {
  for (std::size_t const count : {0U, 1U, 15U, 16U, 17U, 100U, 5000U}) {
    expect_keys<1, std::uint32_t>(count);
    expect_keys<2, std::uint32_t>(count);
    expect_keys<3, std::uint32_t>(count);
    expect_keys<4, std::uint32_t>(count);
    expect_keys<2, std::uint64_t>(count);
    expect_keys<3, std::uint64_t>(count);
  }
}

}  // namespace
}  // namespace sparseconv::cpu_linear_keys_test
