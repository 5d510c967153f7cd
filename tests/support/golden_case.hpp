#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "sparseconv/weights/torch_checkpoint.hpp"

namespace sparseconv::test {

/// One case of a file of inputs, weights and outputs that another library wrote.
class GoldenCase {
 public:
  GoldenCase(std::filesystem::path const& path, int number) {
    std::string const prefix = "cases." + std::to_string(number) + ".";
    for (NamedArray const& named : read_torch_checkpoint(path).arrays)
      if (named.name.starts_with(prefix)) arrays_.emplace(named.name.substr(prefix.size()), named.array);
  }

  [[nodiscard]] std::vector<float> numbers(std::string const& name) const {
    return arrays_.at(name).values_as<float>("golden: " + name);
  }

  /// The tensor of rows in any order at the places that a list of (batch, z, y, x) names.
  [[nodiscard]] SparseTensor<float, 3> tensor(std::string const& features, std::string const& indices,
                                              Grid<3> const& grid) const {
    std::vector<std::int32_t> const places = arrays_.at(indices).values_as<std::int32_t>("golden: " + indices);
    std::vector<Coordinate<3>> sites;
    for (std::size_t i = 0; i < places.size(); i += 4)
      sites.push_back({places[i], {places[i + 1], places[i + 2], places[i + 3]}});
    std::vector<float> const rows = numbers(features);
    return make_sparse_tensor<float, 3>(cpu, grid, std::span<Coordinate<3> const>(sites), std::span<float const>(rows));
  }

  [[nodiscard]] SparseTensor<float, 3> input(Grid<3> const& grid) const {
    return tensor("input.features", "input.indices", grid);
  }

  [[nodiscard]] SparseTensor<float, 3> expected(Grid<3> const& grid) const {
    return tensor("expect.out_features", "expect.out_indices", grid);
  }

 private:
  std::map<std::string, Array> arrays_;
};

/// The largest difference of two tensors on the same sites, of numbers that `change` is done to in the first.
template <class Change>
double largest_difference(SparseTensor<float, 3> const& found, SparseTensor<float, 3> const& expected,
                          Change const& change) {
  EXPECT_TRUE(std::ranges::equal(found.sites().coordinates(), expected.sites().coordinates()));
  auto const left = found.features().values();
  auto const right = expected.features().values();
  EXPECT_EQ(left.size(), right.size());
  double largest = left.size() == right.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    double const difference = std::abs(static_cast<double>(change(left[i])) - static_cast<double>(right[i]));
    largest = difference <= largest ? largest : difference;  // what is no number stays
  }
  return largest;
}

}  // namespace sparseconv::test
