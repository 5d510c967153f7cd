#include "sparseconv/execute/cpu/packed_weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "support/convolution.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"

namespace sparseconv::cpu_packed_weights_test {
namespace {

template <class T>
class PackedWeightsOf : public ::testing::Test {};
TYPED_TEST_SUITE(PackedWeightsOf, test::Elements);

TYPED_TEST(PackedWeightsOf, HoldEveryWeightAndZerosBehind) {
  for (auto const set : test::instruction_sets()) {
    auto const& kernels = on_cpu::microkernels<TypeParam>(set);
    for (std::int64_t const out_channels : {1, 3, 4, 15, 16, 17, 64, 65, 80, 96, 129}) {
      for (std::int64_t const in_channels : {0, 1, 5}) {
        auto const weights = test::random_weights<TypeParam>(3, in_channels, out_channels, 1);
        on_cpu::PackedWeights<TypeParam, TypeParam> const packed(test::OnCpu<2>::policy(), weights, kernels);
        ASSERT_GE(packed.width(), out_channels);
        ASSERT_LT(packed.width(), out_channels + kernels.lanes);
        for (std::int64_t k = 0; k < 3; ++k) {
          for (on_cpu::Panel const& panel : packed.panels()) {
            std::int64_t const width = panel.vectors * kernels.lanes;
            for (std::int64_t c = 0; c < in_channels; ++c) {
              for (std::int64_t j = 0; j < width; ++j) {
                std::int64_t const channel = panel.first_channel + j;
                TypeParam const expected =
                    channel < out_channels ? weights.view().element(k)(c, channel) : TypeParam{0};
                ASSERT_EQ(packed.panel(k, panel)[c * width + j], expected) << k << " " << c << " " << channel;
              }
            }
          }
        }
      }
    }
  }
}

// As dot products of bfloat16 and tiles take them.
TEST(PackedWeights, LieInTwosWhereTwoChannelsAreMultipliedAtOnce) {
  for (auto const order : {on_cpu::PanelOrder::twos, on_cpu::PanelOrder::exchanged_twos}) {
    on_cpu::Microkernels<bfloat16> const kernels{
        .lanes = 16, .channels = 2, .order = order, .most_vectors = 4, .add_pairs = {}};
    std::int64_t const first = order == on_cpu::PanelOrder::twos ? 0 : 1;
    for (std::int64_t const out_channels : {1, 16, 17, 65, 80}) {
      auto const weights = test::random_weights<bfloat16>(3, 6, out_channels, 1);
      on_cpu::PackedWeights<bfloat16, bfloat16> const packed(test::OnCpu<2>::policy(), weights, kernels);
      for (std::int64_t k = 0; k < 3; ++k) {
        for (on_cpu::Panel const& panel : packed.panels()) {
          std::int64_t const width = panel.vectors * kernels.lanes;
          for (std::int64_t c = 0; c < 6; ++c) {
            for (std::int64_t j = 0; j < width; ++j) {
              std::int64_t const channel = panel.first_channel + j;
              bfloat16 const expected = channel < out_channels ? weights.view().element(k)(c, channel) : bfloat16(0.0F);
              std::int64_t const place = (c / 2 * width + j) * 2 + (c % 2 == 0 ? first : 1 - first);
              ASSERT_EQ(packed.panel(k, panel)[place], expected) << k << " " << c << " " << channel;
            }
          }
        }
      }
    }
  }
}

TYPED_TEST(PackedWeightsOf, AreCutIntoPanelsOfNearlyOneWidth) {
  for (auto const set : test::instruction_sets()) {
    auto const& kernels = on_cpu::microkernels<TypeParam>(set);
    for (std::int64_t out_channels = 1; out_channels <= 200; ++out_channels) {
      on_cpu::PackedWeights<TypeParam, TypeParam> const packed(
          cpu, test::random_weights<TypeParam>(1, 1, out_channels, 1), kernels);
      std::int64_t next = 0;
      std::int64_t narrowest = std::numeric_limits<std::int64_t>::max();
      std::int64_t widest = 0;
      for (on_cpu::Panel const& panel : packed.panels()) {
        ASSERT_EQ(panel.first_channel, next);
        next += panel.vectors * kernels.lanes;
        narrowest = std::min(narrowest, panel.vectors);
        widest = std::max(widest, panel.vectors);
      }
      ASSERT_EQ(next, packed.width());
      ASSERT_TRUE(narrowest >= 1 && widest <= kernels.most_vectors && widest - narrowest <= 1) << out_channels;
    }
  }
}

TYPED_TEST(PackedWeightsOf, MayHaveNoOutputs) {
  on_cpu::PackedWeights<TypeParam, TypeParam> const packed(cpu, test::random_weights<TypeParam>(27, 4, 0, 1),
                                                           on_cpu::microkernels<TypeParam>(InstructionSet::portable));
  EXPECT_EQ(packed.width(), 0);
  EXPECT_TRUE(packed.panels().empty());
}

TEST(PackedWeightsCache, IsKeptWithTheWeightsForEachKindOfKernels) {
  auto const weights = test::random_weights<float>(9, 5, 20, 1);
  Weights<float> const copy = weights;
  auto const sets = test::instruction_sets();
  auto const& kernels = on_cpu::microkernels<float>(sets.front());
  auto const packed = on_cpu::packed_weights<float>(cpu, weights, kernels);
  EXPECT_EQ(on_cpu::packed_weights<float>(test::OnCpu<2>::policy(), copy, kernels), packed);
  EXPECT_EQ(weights.view().derived->bytes(), packed->bytes());
  if (sets.size() > 1) {
    auto const& best = on_cpu::microkernels<float>(sets.back());
    EXPECT_NE(on_cpu::packed_weights<float>(cpu, weights, best), packed) << "vectors of another length";
    EXPECT_EQ(on_cpu::packed_weights<float>(cpu, weights, kernels), packed);
  }
  auto const other = test::random_weights<float>(9, 5, 20, 2);
  EXPECT_NE(on_cpu::packed_weights<float>(cpu, other, kernels), packed) << "of one shape, but others";
  weights.view().derived->release();
  EXPECT_EQ(weights.view().derived->bytes(), 0);
  EXPECT_GT(packed->bytes(), 0) << "who still uses one may go on";
}

TEST(PackedWeightsCache, KeepsNothingOfWeightsThatAreOnlyViewed) {
  Buffer<float> numbers = test::random_numbers<float>(9, 1);
  WeightsView<float> const view{numbers.data(), 1, 3, 3};
  auto const& kernels = on_cpu::microkernels<float>(InstructionSet::portable);
  auto const value = [&] {
    auto const packed = on_cpu::packed_weights<float>(cpu, view, kernels);
    return packed->panel(0, packed->panels()[0])[0];
  };
  EXPECT_EQ(value(), numbers[0]);
  numbers[0] = 5;  // the owner may write between two calls
  EXPECT_EQ(value(), 5.f);
}

TEST(PackedWeightsCache, GivesThreadsThatAskAtOnceTheSame) {
  auto const weights = test::random_weights<double>(27, 16, 40, 1);
  auto const& kernels = on_cpu::microkernels<double>(best_instruction_set());
  std::array<std::shared_ptr<on_cpu::PackedWeights<double, double> const>, 4> packed;
  std::vector<std::thread> threads;
  for (auto& place : packed) {
    threads.emplace_back([&] { place = on_cpu::packed_weights<double>(test::OnCpu<2>::policy(), weights, kernels); });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& each : packed) EXPECT_EQ(each, packed[0]);
}

}  // namespace
}  // namespace sparseconv::cpu_packed_weights_test
