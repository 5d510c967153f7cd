#include "sparseconv/points/batch_item.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv::batch_item_test {
namespace {

TEST(BatchItem, IsOneOfItsBatch) {
  EXPECT_NO_THROW(check_batch_item({}, "here"));
  EXPECT_NO_THROW(check_batch_item({.item = 3, .batch_size = 4}, "here"));
  auto const message = [](BatchItem const& place) {
    return test::message_of<CoordinateError>([&] {
      check_batch_item(place, "here");
      return 0;
    });
  };
  EXPECT_EQ(message({.item = 4, .batch_size = 4}),
            "here: batch item 4 of a batch of 4; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message({.item = -1, .batch_size = 4}),
            "here: batch item -1 of a batch of 4; items are numbered from 0 to batch_size - 1");
  EXPECT_EQ(message({.item = 0, .batch_size = 0}),
            "here: batch item 0 of a batch of 0; items are numbered from 0 to batch_size - 1");
}

}  // namespace
}  // namespace sparseconv::batch_item_test
