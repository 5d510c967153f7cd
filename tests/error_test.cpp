#include "sparseconv/error.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace sparseconv {
namespace {

template <class Kind>
class ErrorKinds : public ::testing::Test {};

using Kinds = ::testing::Types<ShapeError, CoordinateError, FormatError, CudaError, CapacityError>;
TYPED_TEST_SUITE(ErrorKinds, Kinds);

TYPED_TEST(ErrorKinds, IsCaughtAsErrorAndKeepsItsSentence) {
  try {
    throw TypeParam("call: 1 and 2 differ; make them equal");
  } catch (Error const& caught) {
    EXPECT_STREQ(caught.what(), "call: 1 and 2 differ; make them equal");
  }
}

TYPED_TEST(ErrorKinds, IsNoOtherKind) {
  int bases = 0;
  bases += std::is_base_of_v<ShapeError, TypeParam>;
  bases += std::is_base_of_v<CoordinateError, TypeParam>;
  bases += std::is_base_of_v<FormatError, TypeParam>;
  bases += std::is_base_of_v<CudaError, TypeParam>;
  bases += std::is_base_of_v<CapacityError, TypeParam>;
  EXPECT_EQ(bases, 1);
  EXPECT_TRUE((std::is_base_of_v<std::runtime_error, TypeParam>));
}

}  // namespace
}  // namespace sparseconv
