#include "sparseconv/execute/dataflow.hpp"

#include <gtest/gtest.h>

#include "support/emulated_gpu.hpp"

namespace sparseconv {
namespace {

// By pairs on the host and by row map on a device, unless told.
TEST(Dataflow, IsChosenByThePolicyUnlessTold) {
  static_assert(!goes_by_row_map<CpuPolicy, dataflow::Automatic>);
  static_assert(goes_by_row_map<CpuPolicy, dataflow::ImplicitGemm>);
  static_assert(goes_by_row_map<test::EmulatedGpu, dataflow::Automatic>);
  static_assert(!goes_by_row_map<test::EmulatedGpu, dataflow::GatherGemmScatter>);
  static_assert(!Dataflow<int>);
}

}  // namespace
}  // namespace sparseconv
