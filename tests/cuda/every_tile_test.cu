// Every line of the tile tables on a GPU, at sizes that reach it, against plain sums in double on the same GPU. The
// tests of execute/device are too small for the larger tiles: they run on the emulated device as well.
#include <gtest/gtest.h>

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>

#include "sparseconv/cuda.cuh"
#include "support/on_gpu.cuh"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::every_tile_test {
namespace {

/// A submanifold convolution. Kernels of size 1, 3 and 5 have 1, 27 and 125 elements.
struct Case {
  std::int64_t sites;
  std::int32_t extent;  ///< of the cube that the sites lie in
  std::int32_t kernel;
  std::int64_t in_channels;
  std::int64_t out_channels;
};

/// Sizes on both sides of each line. 40,001 and 20,001 outputs are no whole tiles; in a cube of 400 hardly a site has a
/// neighbour.
constexpr Case cases[] = {
    {40'001, 50, 3, 16, 32},   {40'001, 50, 3, 8, 16},    {5'000, 30, 3, 16, 32},   {20'001, 40, 3, 64, 16},
    {20'001, 40, 3, 64, 32},   {5'000, 30, 3, 64, 32},    {20'001, 40, 3, 64, 64},  {40'001, 50, 3, 64, 64},
    {40'001, 50, 3, 128, 128}, {40'001, 50, 3, 256, 256}, {40'001, 50, 3, 72, 136}, {5'000, 30, 3, 64, 128},
    {1'000, 20, 3, 64, 128},   {40'001, 50, 3, 3, 64},    {40'001, 50, 3, 40, 5},   {5'000, 30, 5, 32, 64},
    {40'001, 50, 5, 64, 64},   {40'001, 400, 3, 64, 64},  {40'001, 50, 1, 64, 64}};

/// What tells a table's lines apart.
using Line = std::tuple<std::string, std::int64_t, std::int64_t, std::int64_t>;

template <class Choice>
Line line_of(Choice const& choice) {
  return {typeid(typename Choice::Kernel).name(), choice.most_in_channels, choice.most_out_channels, choice.least_rows};
}

/// `with_tile` looks a size up in a table: with_tile(size, use).
template <class WithTile>
void expect_each_line_has_a_case(WithTile const& with_tile) {
  std::set<Line> all;
  on_device::ConvolutionSize const fits_every_line{on_device::TileChoice<void>::any, 1, 1};
  with_tile(fits_every_line, [&](auto const& choice) {
    all.insert(line_of(choice));
    return false;
  });
  std::set<Line> reached;
  for (Case const& given : cases) {
    with_tile({given.sites, given.in_channels, given.out_channels}, [&](auto const& choice) {
      reached.insert(line_of(choice));
      return true;
    });
  }
  EXPECT_EQ(reached, all);
}

template <class T>
void expect_each_line_of_both_tables_has_a_case() {
  expect_each_line_has_a_case([](on_device::ConvolutionSize const& size, auto const& use) {
    return on_device::with_implicit_gemm_tile<T>(size, use);
  });
  expect_each_line_has_a_case([](on_device::ConvolutionSize const& size, auto const& use) {
    return on_device::with_pair_block_tile<T>(size, use);
  });
}

TEST(EveryTileWithoutGpu, HasACase) {
  expect_each_line_of_both_tables_has_a_case<half>();
  expect_each_line_of_both_tables_has_a_case<bfloat16>();
  expect_each_line_of_both_tables_has_a_case<on_device::Tf32>();
  expect_each_line_of_both_tables_has_a_case<float>();
  expect_each_line_of_both_tables_has_a_case<double>();
}

/// How far a number may be from the exact sum: `of_products` for each product's magnitude, `of_sum` for the sum's.
struct Rounding {
  double of_products;
  double of_sum;
};

template <class T>
constexpr Rounding rounding_of(bool tf32) {
  double const sums = 64 * static_cast<double>(std::numeric_limits<Accumulator<T>>::epsilon());
  double const stored = std::same_as<T, Accumulator<T>> ? 0 : static_cast<double>(std::numeric_limits<T>::epsilon());
  return {tf32 ? 0x1p-10 : sums, stored};
}

/// Compares one output number with the sum of its products. Notes how many are wrong, and the largest error as a share
/// of what is allowed.
template <class T>
struct CompareWithPlainSum {
  RowMapView map;
  T const* input;
  T const* weights;
  T const* output;
  std::int64_t in_channels;
  std::int64_t out_channels;
  Rounding rounding;
  std::int64_t* wrong;
  std::int64_t* worst;  ///< the bits of a double: positive numbers are in the order of their bits

  SPARSECONV_HOST_DEVICE static double as_double(T number) {
    return static_cast<double>(static_cast<Accumulator<T>>(number));
  }

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place, std::int64_t channel) const {
    double sum = 0;
    double magnitude = 0;
    for (std::int64_t k = 0; k < map.elements; ++k) {
      Row const row = map.input_rows[k * map.output_count + place];
      if (row == no_row) continue;
      for (std::int64_t c = 0; c < in_channels; ++c) {
        double const product = as_double(input[row * in_channels + c]) *
                               as_double(weights[(k * in_channels + c) * out_channels + channel]);
        sum += product;
        magnitude += product < 0 ? -product : product;
      }
    }
    double const got = as_double(output[map.output_rows[place] * out_channels + channel]);
    double const error = got > sum ? got - sum : sum - got;
    double const allowed = rounding.of_products * magnitude + rounding.of_sum * (sum < 0 ? -sum : sum) + 1e-7;
    double const share = error / allowed;
    bool const right = share <= 1;  // not so for NaN
#if defined(__CUDA_ARCH__)
    CudaAtomics::raise(
        *worst, right || share > 1 ? std::bit_cast<std::int64_t>(share) : std::numeric_limits<std::int64_t>::max());
    if (!right) CudaAtomics::add(*wrong, 1);
#else
    static_cast<void>(right);
#endif
  }
};

/// The sites of a case, made once for all its tests: drawing them takes longer than convolving them.
SiteSet<3, DeviceMemory> const& sites_of(GpuPolicy const& where, Case const& given) {
  static std::map<std::pair<std::int64_t, std::int32_t>, SiteSet<3, DeviceMemory>> kept;
  auto const [place, is_new] = kept.try_emplace({given.sites, given.extent});
  if (is_new) {
    Grid<3> const grid{.shape = {given.extent, given.extent, given.extent}};
    place->second = copy_to(where, test::random_site_set(grid, given.sites, 1));
  }
  return place->second;
}

template <class T>
void expect_right(GpuPolicy const& where, Case const& given) {
  SCOPED_TRACE(std::to_string(given.sites) + " sites in a cube of " + std::to_string(given.extent) + ", kernel " +
               std::to_string(given.kernel) + ", " + std::to_string(given.in_channels) + " to " +
               std::to_string(given.out_channels) + " channels");
  auto const& sites = sites_of(where, given);
  KernelGeometry<3> const geometry{.kernel_size = given.kernel, .padding = given.kernel / 2};
  auto const rules = build_rulebook(where, sites, sites, geometry);
  auto const map = build_row_map(where, sites, sites, geometry);
  std::int64_t const elements = geometry.element_count();
  auto const input = copy_to(where, test::random_numbers<T>(sites.size() * given.in_channels, 2));
  auto const numbers = test::random_numbers<T>(elements * given.in_channels * given.out_channels, 3);
  auto const plain_weights = copy_to(where, numbers);
  Weights<T, DeviceMemory> const weights(elements, given.in_channels, given.out_channels, copy_to(where, numbers));
  MatrixView<T const, DeviceMemory> const rows{input.data(), sites.size(), given.in_channels};
  for (bool const by_pairs : {false, true}) {
    Buffer<T, DeviceMemory> output(where.memory(), sites.size() * given.out_channels);
    check_cuda(cudaMemsetAsync(output.data(), 0xff, static_cast<std::size_t>(output.bytes()), where.stream()),
               "cudaMemsetAsync");  // NaN in every type
    MatrixView<T, DeviceMemory> const view{output.data(), sites.size(), given.out_channels};
    if (by_pairs) {
      gather_gemm_scatter(where, rules, rows, weights, view);
    } else {
      implicit_gemm(where, map, rows, weights, view);
    }
    auto notes = copy_to(where, Buffer<std::int64_t>(2, 0));
    where.for_each(
        sites.size(), given.out_channels,
        CompareWithPlainSum<T>{map.view(), input.data(), plain_weights.data(), output.data(), given.in_channels,
                               given.out_channels, rounding_of<T>(where.tf32()), notes.data(), notes.data() + 1});
    Buffer<std::int64_t> const noted = copy_to_host(where, notes);
    EXPECT_EQ(noted[0], 0) << (by_pairs ? "gather_gemm_scatter" : "implicit_gemm") << ", the worst "
                           << std::bit_cast<double>(noted[1]) << " times what is allowed";
  }
}

template <class T>
void expect_all_right(GpuPolicy const& where) {
  for (Case const& given : cases) expect_right<T>(where, given);
}

TEST(EveryTile, IsRightInHalf) {
  expect_all_right<half>(test::OnGpu::policy());
}
TEST(EveryTile, IsRightInFloat) {
  expect_all_right<float>(test::OnGpu::policy());
}
TEST(EveryTile, IsRightInDouble) {
  expect_all_right<double>(test::OnGpu::policy());
}

TEST(EveryTile, IsRightInBfloat16) {
  if (test::OnGpu::policy().compute_capability() < 80) GTEST_SKIP() << "the GPU has no products in bfloat16";
  expect_all_right<bfloat16>(test::OnGpu::policy());
}

TEST(EveryTile, IsRightInTf32) {
  if (test::OnGpu::policy().compute_capability() < 80) GTEST_SKIP() << "the GPU has no products in TF32";
  expect_all_right<float>(test::OnGpu::policy().with_tf32());
}

}  // namespace
}  // namespace sparseconv::every_tile_test
