#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::test {

/// What a point takes from sites, by the definition alone: the weight of every site of the set, looked at one after the other.
class InterpolationOracle {
 public:
  template <int D>
  explicit InterpolationOracle(SiteSet<D> const& sites) {
    std::int64_t row = 0;
    for (Coordinate<D> const& site : sites.coordinates()) {
      std::vector<std::int64_t> place{site.batch};
      for (std::int32_t const position : site.position) place.push_back(position);
      row_of_[place] = row++;
    }
  }

  /// Row to weight: the products of 1 - |distance| along each axis, divided by their sum.
  [[nodiscard]] std::map<std::int64_t, double> linear(std::vector<double> const& position, std::int64_t item) const {
    std::map<std::int64_t, double> weights;
    double sum = 0;
    for (auto const& [place, row] : row_of_) {
      double weight = place[0] == item ? 1 : 0;
      for (std::size_t axis = 0; axis < position.size(); ++axis) {
        double const distance = std::abs(position[axis] - static_cast<double>(place[axis + 1]));
        weight *= distance < 1 ? 1 - distance : 0;
      }
      if (weight > 0) weights[row] = weight;
      sum += weight;
    }
    for (auto& entry : weights) entry.second /= sum;
    return weights;
  }

  /// The site whose cell has the position: its centre is at most half a cell below, and less than half a cell above.
  [[nodiscard]] std::map<std::int64_t, double> nearest(std::vector<double> const& position, std::int64_t item) const {
    std::map<std::int64_t, double> weights;
    for (auto const& [place, row] : row_of_) {
      bool is_its = place[0] == item;
      for (std::size_t axis = 0; axis < position.size(); ++axis) {
        double const beyond = position[axis] - static_cast<double>(place[axis + 1]);
        is_its = is_its && beyond >= -0.5 && beyond < 0.5;
      }
      if (is_its) weights[row] = 1;
    }
    return weights;
  }

 private:
  std::map<std::vector<std::int64_t>, std::int64_t> row_of_;
};

}  // namespace sparseconv::test
