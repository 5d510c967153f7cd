// Is it cheaper to convolve what is active than every cell? One submanifold convolution with kernel 3 on a grid of which a share of
// the cells is active, against oneDNN's dense convolution of the whole grid, in the same run.
//
// `dense/sparse` is how many times as long the dense one takes as the sparse one with its rulebook in place, and
// `dense/sparse+index` as the sparse one that builds its rulebook first.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "support/dense_convolution.hpp"
#include "support/interleaved.hpp"
#include "support/registration.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

constexpr double shares[] = {0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1};

/// Where the active cells are.
enum class Pattern { scattered, surfaces };

/// The cells of a grid, by number, of which so many are active: at random places, or on spheres (circles) one cell thick.
template <int D>
std::vector<std::int64_t> active_cells(sc::PerAxis<D> const& shape, std::int64_t count, Pattern pattern) {
  std::int64_t all = 1;
  for (int axis = 0; axis < D; ++axis) all *= shape[axis];
  std::mt19937_64 random(7);
  std::vector<std::int64_t> cells;
  if (pattern == Pattern::scattered) {
    cells.resize(static_cast<std::size_t>(all));
    std::iota(cells.begin(), cells.end(), std::int64_t{0});
    std::shuffle(cells.begin(), cells.end(), random);
  } else {
    std::vector<bool> is_active(static_cast<std::size_t>(all), false);
    std::uniform_real_distribution<double> uniform(0, 1);
    while (static_cast<std::int64_t>(cells.size()) < count) {
      std::array<double, static_cast<std::size_t>(D)> centre;
      for (int axis = 0; axis < D; ++axis) centre[static_cast<std::size_t>(axis)] = uniform(random) * shape[axis];
      double const radius = (0.1 + 0.3 * uniform(random)) * shape[D - 1];
      for (std::int64_t cell = 0; cell < all; ++cell) {
        double squares = 0;
        std::int64_t rest = cell;
        for (int axis = D; axis-- > 0; rest /= shape[axis]) {
          double const way = static_cast<double>(rest % shape[axis]) - centre[static_cast<std::size_t>(axis)];
          squares += way * way;
        }
        if (std::abs(std::sqrt(squares) - radius) < 0.5 && !is_active[static_cast<std::size_t>(cell)]) {
          is_active[static_cast<std::size_t>(cell)] = true;
          cells.push_back(cell);
        }
      }
      if (count > all / 4) break;  // more spheres than that fill the grid slowly
    }
    for (std::int64_t cell = 0; cell < all && static_cast<std::int64_t>(cells.size()) < count; ++cell) {
      if (!is_active[static_cast<std::size_t>(cell)]) cells.push_back(cell);
    }
  }
  cells.resize(static_cast<std::size_t>(count));
  std::sort(cells.begin(), cells.end());
  return cells;
}

template <int D>
sc::SiteSet<D> sites_of(sc::PerAxis<D> const& shape, double share, Pattern pattern) {
  std::int64_t all = 1;
  for (int axis = 0; axis < D; ++axis) all *= shape[axis];
  std::int64_t const count = std::max<std::int64_t>(1, std::llround(static_cast<double>(all) * share));
  sc::Buffer<sc::Coordinate<D>> coordinates(count);
  std::int64_t row = 0;
  for (std::int64_t cell : active_cells<D>(shape, count, pattern)) {
    coordinates[row] = {};
    for (int axis = D; axis-- > 0; cell /= shape[axis]) {
      coordinates[row].position[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(cell % shape[axis]);
    }
    ++row;
  }
  return sc::SiteSet<D>({.shape = shape}, std::move(coordinates));
}

template <int D, sc::Element T>
void add_rows(char const* grid, sc::PerAxis<D> const& shape, Pattern pattern, std::int64_t channels) {
  bs::DenseElement const element = std::is_same_v<T, float> ? bs::DenseElement::float32 : bs::DenseElement::bfloat16;
  for (double const share : shares) {
    char percent[32];
    std::snprintf(percent, sizeof percent, "%g%%", share * 100);
    std::string const name = std::string("crossover/") + (element == bs::DenseElement::float32 ? "float/" : "bf16/") +
                             grid + (pattern == Pattern::scattered ? "/scattered/" : "/surfaces/") +
                             std::to_string(channels) + "/" + percent + "/threads:1";
    bs::add(name, [=](benchmark::State& state) {
      auto const where = sc::cpu.threads(1);
      sc::SiteSet<D> const sites = sites_of<D>(shape, share, pattern);
      sc::SubmanifoldConv<T, D> layer({.in_channels = channels, .out_channels = channels});
      sc::Buffer<T> features(sites.size() * channels);
      for (std::int64_t i = 0; i < features.size(); ++i) features[i] = static_cast<T>(static_cast<float>(i % 23) - 11);
      sc::SparseTensor<T, D> const input(sites, channels, std::move(features));
      std::vector<std::int64_t> extents;
      for (int axis = 0; axis < D; ++axis) extents.push_back(shape[axis]);
      bs::DenseConvolution dense(extents, channels, element, 1);
      std::vector<double> dense_times;
      std::vector<double> with_index;
      std::vector<double> alone;
      dense();  // its memory is touched once
      for (auto unused : state) {
        static_cast<void>(unused);
        sites.release_derived();
        with_index.push_back(bs::seconds([&] { benchmark::DoNotOptimize(layer(where, input)); }));
        alone.push_back(bs::seconds([&] { benchmark::DoNotOptimize(layer(where, input)); }));
        state.SetIterationTime(alone.back());
        dense_times.push_back(bs::seconds([&] { dense(); }));
      }
      double const time = bs::median(alone);
      state.counters["sites"] = static_cast<double>(sites.size());
      state.counters["with_index_ms"] = bs::median(with_index) * 1e3;
      if constexpr (bs::have_gemm) {
        double const dense_time = bs::median(dense_times);
        state.counters["dense_ms"] = dense_time * 1e3;
        state.counters["dense/sparse"] = dense_time / time;
        state.counters["dense/sparse+index"] = dense_time / bs::median(with_index);
      }
    })->Iterations(5);
  }
}

template <sc::Element T>
void add_rows() {
  for (Pattern const pattern : {Pattern::scattered, Pattern::surfaces}) {
    for (std::int64_t const channels : {16, 32, 64, 128}) {
      add_rows<2, T>("image", {512, 512}, pattern, channels);
      add_rows<3, T>("room", {32, 96, 96}, pattern, channels);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  add_rows<float>();
  add_rows<sc::bfloat16>();
  return bs::run(argc, argv);
}
