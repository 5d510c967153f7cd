// Rows by number and embeddings on a device: the bits of the host, and NaN where a host would refuse.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/execute/embed_rows.hpp"
#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/device_policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::device_taken_rows_test {
namespace {

template <class Where>
class TakenRows : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(TakenRows, test::DevicePolicies);

template <class T, class Number, class Policy>
void expect_rows_of_the_host(Policy const& where, std::int64_t channels) {
  using Memory = typename Policy::Memory;
  constexpr std::int64_t rows = 70;
  constexpr std::int64_t count = 19;
  test::RandomNumbers random(4);
  Buffer<T> const table = test::random_numbers<T>(count * (channels + 1), 1);
  Buffer<T> const before = test::random_numbers<T>(rows * (channels + 3), 2);
  Buffer<Row> taken(rows);
  Buffer<Number> numbers(2 * rows);
  for (Row& row : taken) row = static_cast<Row>(random.between(0, count - 1));
  for (Number& number : numbers) number = Number(static_cast<float>(random.between(0, count - 1)));
  auto const table_there = copy_to(where, table);
  auto const taken_there = copy_to(where, taken);
  auto const numbers_there = copy_to(where, numbers);
  Buffer<T> expected = before;
  Buffer<T, Memory> found = copy_to(where, before);
  auto const expect_equal = [&] {
    Buffer<T> const back = copy_to_host(where, found);
    for (std::int64_t i = 0; i < back.size(); ++i) ASSERT_EQ(back[i], expected[i]) << i;
  };
  take_rows(seq, std::span<Row const>(taken), {table.data(), count, channels, channels + 1},
            MatrixView<T>{expected.data() + 1, rows, channels, channels + 3});
  test::expect_waits(where, 0, [&] {
    take_rows(where, std::span<Row const>(taken_there.data(), rows),
              {table_there.data(), count, channels, channels + 1},
              MatrixView<T, Memory>{found.data() + 1, rows, channels, channels + 3});
  });
  expect_equal();
  embed_rows(seq, MatrixView<Number const>{numbers.data() + 1, rows, 1, 2},
             {table.data(), count, channels, channels + 1},
             MatrixView<T>{expected.data() + 1, rows, channels, channels + 3});
  test::expect_waits(where, 0, [&] {
    embed_rows(where, MatrixView<Number const, Memory>{numbers_there.data() + 1, rows, 1, 2},
               {table_there.data(), count, channels, channels + 1},
               MatrixView<T, Memory>{found.data() + 1, rows, channels, channels + 3});
  });
  expect_equal();
}

TYPED_TEST(TakenRows, HaveTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  for (std::int64_t const channels : {1, 5, 32}) expect_rows_of_the_host<float, float>(where, channels);
  expect_rows_of_the_host<double, double>(where, 3);
  expect_rows_of_the_host<half, half>(where, 17);
  expect_rows_of_the_host<bfloat16, bfloat16>(where, 4);
  expect_rows_of_the_host<float, std::uint8_t>(where, 4);
  expect_rows_of_the_host<float, std::int32_t>(where, 4);
}

template <class T, class Policy>
void expect_nan(Policy const& where) {
  using Memory = typename Policy::Memory;
  auto const table = copy_to(where, Buffer<T>(6, T(1.F)));
  auto const rows = copy_to(where, std::span<Row const>(std::vector<Row>{2, 3, no_row, 0}));
  auto const numbers = copy_to(where, std::span<float const>(std::vector<float>{2, 3, -1, 0.5F}));
  Buffer<T, Memory> output(where.memory(), 8);
  auto const is_nan = [&] {
    std::vector<bool> found;
    for (T const number : copy_to_host(where, output)) found.push_back(std::isnan(static_cast<double>(number)));
    return found;
  };
  take_rows(where, std::span<Row const>(rows.data(), 4), {table.data(), 3, 2},
            MatrixView<T, Memory>{output.data(), 4, 2});
  EXPECT_EQ(is_nan(), (std::vector<bool>{false, false, true, true, true, true, false, false}));
  embed_rows(where, MatrixView<float const, Memory>{numbers.data(), 4, 1}, {table.data(), 3, 2},
             MatrixView<T, Memory>{output.data(), 4, 2});
  EXPECT_EQ(is_nan(), (std::vector<bool>{false, false, true, true, true, true, true, true}));
}

TYPED_TEST(TakenRows, AreNaNWhereThereIsNone) {
  expect_nan<float>(TypeParam::policy());
  expect_nan<double>(TypeParam::policy());
  expect_nan<half>(TypeParam::policy());
  expect_nan<bfloat16>(TypeParam::policy());
}

}  // namespace
}  // namespace sparseconv::device_taken_rows_test
