#include "sparseconv/layers/submanifold_conv.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::submanifold_conv_test {
namespace {

using test::message_of;

template <class Where>
class SubmanifoldConvOn : public ::testing::Test {};
TYPED_TEST_SUITE(SubmanifoldConvOn, test::Policies);

/// A line of 5 cells with sites 0, 1 and 4, numbers 2, 3 and 5.
SparseTensor<float, 1> line() {
  return make_sparse_tensor<float, 1>(seq, {.shape = {5}, .batch_size = 1}, {{0, {0}}, {0, {1}}, {0, {4}}},
                                      {2.F, 3.F, 5.F});
}

// An even kernel of 2 has its centre at element 0: o takes o and o + 1, without padding. Weights 1, 10:
//   o = 0: 2 + 30; o = 1: 3; o = 4: 5.
TYPED_TEST(SubmanifoldConvOn, EvenKernelsHaveTheLowerCentre) {
  SubmanifoldConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 2});
  conv.set_weights(std::array<float, 2>{1, 10});
  SparseTensor<float, 1> const input = line();
  auto const result = conv(TypeParam::policy(), input);
  EXPECT_TRUE(result.sites().is(input.sites()));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{32, 3, 5}));
  EXPECT_EQ(conv.geometry().padding, PerAxis<1>(0));
}

// The same with the centre told to be element 1: o takes o - 1 and o, padding 1.
//   o = 0: 20; o = 1: 2 + 30; o = 4: 50.
TYPED_TEST(SubmanifoldConvOn, TheCentreIsAsTold) {
  SubmanifoldConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .centre = PerAxis<1>(1)});
  conv.set_weights(std::array<float, 2>{1, 10});
  SparseTensor<float, 1> const input = line();
  auto const result = conv(TypeParam::policy(), input);
  EXPECT_TRUE(result.sites().is(input.sites()));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{20, 32, 50}));
  EXPECT_EQ(conv.geometry().padding, PerAxis<1>(1));
}

// Kernel 3 with dilation 3: o takes o - 3, o, o + 3; weights 1, 10, 100.
//   o = 0: 20 (cell 3 is not active); o = 1: 30 + 500; o = 4: 3 + 50.
TYPED_TEST(SubmanifoldConvOn, DilatesByHand) {
  SubmanifoldConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .dilation = 3});
  conv.set_weights(std::array<float, 3>{1, 10, 100});
  EXPECT_EQ(test::features_of(conv(TypeParam::policy(), line())), (std::vector<float>{20, 530, 53}));
}

// Padding 0 shifts by the centre and crops: 5 - 3 + 1 = 3 cells; o is active where o + 1 is a site: o = 0 and o = 3,
// which is outside. o takes o, o + 1, o + 2: 2 + 30.
TYPED_TEST(SubmanifoldConvOn, PaddingOfItsOwnShiftsAndCrops) {
  SubmanifoldConv1D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .padding = 0});
  conv.set_weights(std::array<float, 3>{1, 10, 100});
  auto const result = conv(TypeParam::policy(), line());
  EXPECT_EQ(result.grid().shape, Shape<1>{3});
  EXPECT_EQ(test::cells_of(result.sites()), (std::vector<test::Indices>{{0, 0}}));
  EXPECT_EQ(test::features_of(result), (std::vector<float>{32}));
}

/// Every `step`th combination of the options, with bias, activation and channel counts that change in turn.
template <class T, int D, class Policy>
void expect_oracle_for_options(Policy const& where, std::uint32_t step) {
  constexpr std::array<std::int64_t, 4> channel_counts{1, 3, 5, 17};
  constexpr std::array<Activation, 3> activations{no_activation, relu, leaky_relu(0.25)};
  std::uint32_t submanifold_options = 0;
  test::for_each_option<D>([&](test::Options<D> const& options) {
    if (options.definition != OutputDefinition::submanifold || ++submanifold_options % step != 0) return;
    if (::testing::Test::HasFatalFailure()) return;
    SCOPED_TRACE(options.text());
    std::uint32_t const turn = submanifold_options / step;
    SubmanifoldConvConfig<D> config{.in_channels = channel_counts[turn % 4],
                                    .out_channels = channel_counts[turn / 2 % 4],
                                    .kernel_size = options.geometry.kernel_size,
                                    .dilation = options.geometry.dilation,
                                    .centre = options.geometry.centre,
                                    .bias = turn % 5 < 3,
                                    .activation = activations[turn % 3],
                                    .seed = options.number};
    bool const same = options.geometry.padding == options.geometry.same_padding();
    if (!same) {
      config.padding = [&]<int... Axes>(std::integer_sequence<int, Axes...>) {
        return SubmanifoldPadding<D>(options.geometry.padding[Axes]...);
      }
      (std::make_integer_sequence<int, D>{});
    }
    SubmanifoldConv<T, D> conv(config);
    ASSERT_EQ(conv.geometry(), options.geometry);
    if (!conv.bias().empty()) conv.set_bias(test::random_numbers<T>(conv.out_channels(), options.number));
    auto const input = test::random_tensor<T>(options.sites, conv.in_channels(), options.number + 1);
    test::expect_oracle(where, conv, input);
    if (same) {
      EXPECT_TRUE(conv.output_sites(where, input.sites()).is(input.sites()));
    }
  });
}

TYPED_TEST(SubmanifoldConvOn, AgreesWithTheOracle1D) {
  expect_oracle_for_options<float, 1>(TypeParam::policy(), 1);
}
TYPED_TEST(SubmanifoldConvOn, AgreesWithTheOracle2D) {
  expect_oracle_for_options<double, 2>(TypeParam::policy(), 2);
}
TYPED_TEST(SubmanifoldConvOn, AgreesWithTheOracle3D) {
  expect_oracle_for_options<float, 3>(TypeParam::policy(), 2);
}
TYPED_TEST(SubmanifoldConvOn, AgreesWithTheOracle4D) {
  expect_oracle_for_options<float, 4>(TypeParam::policy(), 5);
}

TEST(SubmanifoldConv, HasANameForEachDimension) {
  static_assert(std::is_same_v<SubmanifoldConv1D<float>, SubmanifoldConv<float, 1>>);
  static_assert(std::is_same_v<SubmanifoldConv2D<double>, SubmanifoldConv<double, 2>>);
  static_assert(std::is_same_v<SubmanifoldConv3D<float>, SubmanifoldConv<float, 3>>);
  static_assert(std::is_same_v<SubmanifoldConv4D<float>, SubmanifoldConv<float, 4>>);
  EXPECT_EQ(message_of<ShapeError>([] { return SubmanifoldConv1D<float>({}).in_channels(); }),
            "SubmanifoldConv1D: in_channels is 0, out_channels is 0; both must be at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return SubmanifoldConv4D<float>({}).in_channels(); }),
            "SubmanifoldConv4D: in_channels is 0, out_channels is 0; both must be at least 1");
}

TEST(SubmanifoldConv, PaddingIsTheSameUnlessTold) {
  EXPECT_EQ(SubmanifoldConv2D<float>({.in_channels = 1, .out_channels = 1, .kernel_size = {5, 4}, .dilation = {1, 3}})
                .geometry()
                .padding,
            (PerAxis<2>{2, 3}));
  EXPECT_EQ(SubmanifoldConv2D<float>({.in_channels = 1, .out_channels = 1, .padding = {0, 2}}).geometry().padding,
            (PerAxis<2>{0, 2}));
  EXPECT_EQ(SubmanifoldConv2D<float>({.in_channels = 1, .out_channels = 1, .padding = 2}).geometry().padding,
            PerAxis<2>(2));
}

TEST(SubmanifoldConv, KeepsSitesAtTheEndsOfAnUnboundedGrid) {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  SubmanifoldConv2D<float> conv({.in_channels = 1, .out_channels = 1, .kernel_size = 1});
  SubmanifoldConv2D<float> wide({.in_channels = 1, .out_channels = 1, .kernel_size = 3});
  auto const input = make_sparse_tensor<float, 2>(
      seq, {}, {{0, {lowest, lowest}}, {0, {lowest, highest}}, {0, {highest, highest}}}, {1.F, 2.F, 3.F});
  std::array<float, 9> ones{};
  ones.fill(1);
  wide.set_weights(ones);
  // No site is another's neighbour: nothing wraps around the ends.
  EXPECT_EQ(test::features_of(wide(seq, input)), (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(test::features_of(wide(cpu.threads(2), input)), (std::vector<float>{1, 2, 3}));
  EXPECT_TRUE(conv(seq, input).sites().is(input.sites()));
}

TEST(SubmanifoldConv, RefusesWhatItCannotBeMadeFrom) {
  auto const made = [](SubmanifoldConvConfig<2> config) {
    if (config.in_channels == 0) config.in_channels = config.out_channels = 1;
    return message_of<ShapeError>([&] { return SubmanifoldConv2D<float>(config).in_channels(); });
  };
  EXPECT_EQ(made({.in_channels = 3, .out_channels = 0}),
            "SubmanifoldConv2D: in_channels is 3, out_channels is 0; both must be at least 1");
  EXPECT_EQ(message_of<CapacityError>([] {
              return SubmanifoldConv1D<float>({.in_channels = 1,
                                               .out_channels = 1,
                                               .kernel_size = 5,
                                               .dilation = std::numeric_limits<std::int32_t>::max()})
                  .in_channels();
            }),
            "SubmanifoldConv1D: a kernel of 5 with dilation 2147483647 reaches over more than 2^31 - 1 cells; make it "
            "smaller");
  EXPECT_EQ(made({.kernel_size = {0, 3}}), "SubmanifoldConv2D: kernel_size is 0 x 3; every extent must be at least 1");
  EXPECT_EQ(made({.padding = {0, -1}}), "SubmanifoldConv2D: padding is 0 x -1; no padding can be negative");
  EXPECT_EQ(made({.padding = 0, .dilation = {1, 0}}),
            "SubmanifoldConv2D: dilation is 1 x 0; every dilation must be at least 1");
  EXPECT_EQ(made({.dilation = {1, 0}}), "SubmanifoldConv2D: dilation is 1 x 0; every dilation must be at least 1");
  EXPECT_EQ(made({.centre = PerAxis<2>{3, 0}}),
            "SubmanifoldConv2D: centre is 3 x 0; it must be an element of the kernel");
  EXPECT_EQ(made({.padding = 0, .centre = PerAxis<2>{0, -1}}),
            "SubmanifoldConv2D: centre is 0 x -1; it must be an element of the kernel");
}

}  // namespace
}  // namespace sparseconv::submanifold_conv_test
