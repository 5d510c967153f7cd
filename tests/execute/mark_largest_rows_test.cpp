#include "sparseconv/execute/mark_largest_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::mark_largest_rows_test {
namespace {

using Counts = std::vector<std::int64_t>;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Buffer<Row> offsets_of(std::vector<Row> const& offsets) {
  return Buffer<Row>(std::span<Row const>(offsets));
}

template <class Policy>
std::vector<int> marks_of(Policy const& where, std::vector<Row> const& offsets, std::vector<float> const& scores,
                          Counts const& counts) {
  auto const mask =
      mark_largest_rows(where, offsets_of(offsets),
                        MatrixView<float const>{scores.data(), static_cast<std::int64_t>(scores.size()), 1}, counts);
  return {mask.begin(), mask.end()};
}

TEST(MarkLargestRows, MarksByHand) {
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(marks_of(where, {0, 5}, {1, 4, 2, 5, 3}, {2}), (std::vector<int>{0, 1, 0, 1, 0}));
    EXPECT_EQ(marks_of(where, {0, 3, 3, 5}, {9, 8, 7, -1, -2}, {1, 4, 1}), (std::vector<int>{1, 0, 0, 1, 0}));
    EXPECT_EQ(marks_of(where, {0, 3}, {1, 2, 3}, {0}), (std::vector<int>{0, 0, 0}));
    EXPECT_EQ(marks_of(where, {0, 3}, {1, 2, 3}, {3}), (std::vector<int>{1, 1, 1}));
    EXPECT_EQ(marks_of(where, {0, 3}, {1, 2, 3}, {std::int64_t{1} << 62}), (std::vector<int>{1, 1, 1}));
  });
}

TEST(MarkLargestRows, TakesTheEarlierOfEqualScores) {
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(marks_of(where, {0, 4}, {1, 1, 1, 1}, {2}), (std::vector<int>{1, 1, 0, 0}));
    EXPECT_EQ(marks_of(where, {0, 4}, {-0.F, 0, -1, 0}, {2}), (std::vector<int>{1, 1, 0, 0}));
  });
}

TEST(MarkLargestRows, TakesNaNLast) {
  float const infinity = std::numeric_limits<float>::infinity();
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(marks_of(where, {0, 4}, {nan, -infinity, -nan, 5}, {2}), (std::vector<int>{0, 1, 0, 1}));
    EXPECT_EQ(marks_of(where, {0, 4}, {nan, -infinity, -nan, 5}, {3}), (std::vector<int>{1, 1, 0, 1}));
  });
}

TEST(MarkLargestRows, OfNoRowsAreNone) {
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(marks_of(where, {0, 0, 0}, {}, {1, 2}), std::vector<int>{});
    EXPECT_EQ(marks_of(where, {0}, {}, {}), std::vector<int>{});
  });
}

/// How many rows of the item come before a row, counted in a double loop.
template <class T>
std::int64_t rank_of(MatrixView<T const> scores, Row begin, Row end, Row row) {
  std::int64_t before = 0;
  double const own = *scores.row_data(row);
  for (Row other = begin; other < end; ++other) {
    double const score = *scores.row_data(other);
    bool const equal = score == own || (std::isnan(score) && std::isnan(own));
    before += equal ? other < row : std::isnan(own) || score > own;
  }
  return before;
}

template <class T>
void expect_marks(std::uint32_t seed) {
  test::RandomNumbers random(seed);
  std::vector<Row> const offsets{0, 1, 200, 200, 400};
  std::vector<T> numbers(3 * 400);  // the scores are the middle one of three columns
  for (T& number : numbers) {
    auto const drawn = static_cast<float>(random.between(-60, 60));
    number = T(drawn == 60 ? nan : drawn / 4);  // many are equal
  }
  MatrixView<T const> const scores = MatrixView<T const>{numbers.data(), 400, 3}.column_range(1, 1);
  std::vector<std::int64_t> ranks;
  for (std::size_t item = 0; item + 1 < offsets.size(); ++item) {
    for (Row row = offsets[item]; row < offsets[item + 1]; ++row)
      ranks.push_back(rank_of(scores, offsets[item], offsets[item + 1], row));
  }
  for (Counts const& counts :
       {Counts{0, 0, 0, 0}, Counts{1, 1, 1, 1}, Counts{0, 100, 5, 199}, Counts{2, 198, 0, 200}}) {
    test::for_each_host_policy([&](auto const& where) {
      auto const mask = mark_largest_rows(where, offsets_of(offsets), scores, counts);
      for (std::size_t item = 0; item < counts.size(); ++item) {
        for (Row row = offsets[item]; row < offsets[item + 1]; ++row) {
          ASSERT_EQ(mask[row], ranks[static_cast<std::size_t>(row)] < counts[item] ? 1 : 0) << row;
        }
      }
    });
  }
}

TEST(MarkLargestRows, MarksAmongMany) {
  expect_marks<float>(1);
  expect_marks<double>(2);
  expect_marks<half>(3);
  expect_marks<bfloat16>(4);
}

TEST(MarkLargestRows, SaysWhatDoesNotFit) {
  std::vector<float> const numbers(6);
  auto const message = [&](std::int64_t columns, Counts const& counts) {
    return test::message_of<ShapeError>([&] {
      MatrixView<float const> const scores{numbers.data(), 3, columns};
      return mark_largest_rows(cpu, offsets_of({0, 1, 3}), scores, counts).size();
    });
  };
  EXPECT_EQ(message(2, {1, 1}), "mark_largest_rows: the columns of scores are 2, and it takes 1; they must be equal");
  EXPECT_EQ(message(1, {1}), "mark_largest_rows: 1 counts for a batch of 2 items; give one for each");
  EXPECT_EQ(message(1, {1, -4}), "mark_largest_rows: batch item 1 shall keep -4 rows; give a count of at least 0");
  auto const without_data = [&](float const* scores, std::int64_t const* counts) {
    return test::message_of<ShapeError>([&] {
      return mark_largest_rows(cpu, offsets_of({0, 3}), MatrixView<float const>{scores, 3, 1}, {counts, 1}).size();
    });
  };
  std::int64_t const count = 1;
  EXPECT_EQ(
      without_data(nullptr, &count),
      "mark_largest_rows: the scores' view of 3 rows of 1 columns has no data; give the address of its first number");
  EXPECT_EQ(without_data(numbers.data(), nullptr),
            "mark_largest_rows: the counts' list of 1 has no data; give the address of its first element");
}

TEST(MarkLargestRows, TakesOffsetsOfAllScores) {
  test::for_each_host_policy([&](auto const& where) {
    auto const message = [&](std::vector<Row> const& offsets, Counts const& counts) {
      return test::message_of<ShapeError>([&] { return marks_of(where, offsets, {1, 2, 3}, counts).size(); });
    };
    EXPECT_EQ(
        message({}, {}),
        "mark_largest_rows: there are no offsets; give one more than there are batch items, as item_offsets does");
    EXPECT_EQ(message({0}, {}),
              "mark_largest_rows: the offsets lead from 0 to 0 for 3 scores; they must rise from 0 to that number, as "
              "item_offsets has them");
    for (std::vector<Row> const& wrong :
         {std::vector<Row>{0, 1, 2}, {1, 2, 3}, {0, 1, 4}, {0, -1, 3}, {0, 4, 3}, {-1, 1, 3}}) {
      EXPECT_NE(message(wrong, {1, 1}).find("; they must rise from 0 to that number"), std::string::npos);
    }
  });
}

}  // namespace
}  // namespace sparseconv::mark_largest_rows_test
