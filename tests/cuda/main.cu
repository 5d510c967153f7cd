#include <gtest/gtest.h>

#include "support/gpu_present.hpp"

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  ::testing::UnitTest::GetInstance()->listeners().Append(new sparseconv::test::SkipWithoutGpu);
  return RUN_ALL_TESTS();
}
