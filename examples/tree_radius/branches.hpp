#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/network/text_table.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "sparseconv/weights/array.hpp"
#include "tree_radius/tree_voxels.hpp"

namespace tree_radius {

/// What the network says of every voxel. Units: metres.
struct Branches {
  std::vector<float> radii;                ///< of the branch that the voxel lies on
  std::vector<std::array<float, 3>> axes;  ///< the place on the branch's axis, in the network's frame
  std::int64_t leaves = 0;                 ///< voxels that the network takes for leaves
};

/// Reads the network's outputs: radius as a logarithm, the way to the axis, and the scores of wood and leaf.
///
/// Shapes: positions N x 3; outputs N x 1, N x 3, N x 2 on the same sites.
inline Branches read_branches(sparseconv::SparseTensor<float, 3> const& positions,
                              std::span<sparseconv::SparseTensor<float, 3> const> outputs) {
  Branches branches;
  for (std::int64_t row = 0; row < positions.size(); ++row) {
    float const radius = std::exp(outputs[0].features().row(row)[0]);
    float const* const way = outputs[1].features().row_data(row);
    float const* const score = outputs[2].features().row_data(row);
    float const length = std::sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
    std::array<float, 3> axis{};
    for (std::size_t i = 0; i < 3; ++i) {
      axis[i] = positions.features().row_data(row)[i] + (length > 0 ? radius * way[i] / length : 0);
    }
    branches.radii.push_back(radius);
    branches.axes.push_back(axis);
    branches.leaves += score[1] > score[0] ? 1 : 0;
  }
  return branches;
}

inline float median(std::vector<float> numbers) {
  auto const middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

/// A line for voxels of similar radius: how many, and the median of what was found; by true radius where that is known, else by the
/// radius found.
inline std::string radius_table(std::span<float const> found, std::optional<std::span<float const>> truth) {
  constexpr std::array<int, 6> ends{10, 20, 40, 80, 160, 1000000};  // millimetres
  sparseconv::TextTable table(truth ? std::vector<std::string>{"true radius", "voxels", "median true", "median found"}
                                    : std::vector<std::string>{"radius found", "voxels", "median"});
  auto const millimetres = [](double metres) {
    char text[40];
    std::snprintf(text, sizeof text, "%.1f mm", metres * 1e3);
    return std::string(text);
  };
  int begin = 0;
  for (int const end : ends) {
    std::vector<float> found_here;
    std::vector<float> true_here;
    for (std::size_t i = 0; i < found.size(); ++i) {
      float const by = truth ? (*truth)[i] : found[i];
      if (!(by * 1e3F >= static_cast<float>(begin) && by * 1e3F < static_cast<float>(end))) continue;
      found_here.push_back(found[i]);
      if (truth) true_here.push_back(by);
    }
    if (!found_here.empty()) {
      std::string const range = end == ends.back() ? "above " + std::to_string(begin) + " mm"
                                                   : std::to_string(begin) + " to " + std::to_string(end) + " mm";
      std::vector<std::string> line{range, std::to_string(found_here.size())};
      if (truth) line.push_back(millimetres(median(true_here)));
      line.push_back(millimetres(median(found_here)));
      table.add(line);
    }
    begin = end;
  }
  return table.text();
}

/// What --points writes, along the axes of the scan.
///
/// Shapes: `position` N x 3, the mean of a voxel's points; `radius` N; `axis` N x 3, the place on the branch's axis. Units: metres.
inline std::vector<sparseconv::NamedArray> point_arrays(sparseconv::SparseTensor<float, 3> const& positions,
                                                        Branches const& branches, Placing const& placing) {
  std::vector<double> position;
  std::vector<double> axis;
  auto const place = [&](std::vector<double>& list, std::array<float, 3> const& in_frame) {
    std::array<float, 3> const turned = along_scan(in_frame, placing.up);
    for (std::size_t i = 0; i < 3; ++i) list.push_back(placing.origin[i] + double{turned[i]});
  };
  for (std::int64_t row = 0; row < positions.size(); ++row) {
    float const* const numbers = positions.features().row_data(row);
    place(position, {numbers[0], numbers[1], numbers[2]});
    place(axis, branches.axes[static_cast<std::size_t>(row)]);
  }
  std::int64_t const count = positions.size();
  return {{"position", sparseconv::make_array({count, 3}, position)},
          {"radius", sparseconv::make_array({count}, branches.radii)},
          {"axis", sparseconv::make_array({count, 3}, axis)}};
}

}  // namespace tree_radius
