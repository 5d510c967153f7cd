#include "sparseconv/weights/uninterrupted.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace sparseconv::uninterrupted_test {
namespace {

TEST(Uninterrupted, CallsAgainAfterASignalAndAfterNothingElse) {
  int calls = 0;
  auto const fails_twice = [&](int reason) {
    return [&calls, reason] {
      errno = reason;
      return ++calls <= 2 ? -1 : 7;
    };
  };
  EXPECT_EQ(uninterrupted(fails_twice(EINTR)), 7);
  EXPECT_EQ(calls, 3);
  calls = 0;
  EXPECT_EQ(uninterrupted(fails_twice(EIO)), -1);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(errno, EIO);
  calls = 2;
  EXPECT_EQ(uninterrupted(fails_twice(EINTR)), 7) << "what went well is not done again";
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace sparseconv::uninterrupted_test
