#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "support/dense_oracle.hpp"
#include "support/map_oracle.hpp"

namespace sparseconv::test {

template <int D>
Indices indices(PerAxis<D> const& values) {
  Indices list;
  for (int a = 0; a < D; ++a) list.push_back(values[a]);
  return list;
}

template <int D>
Indices position_of(Coordinate<D> const& site) {
  return Indices(site.position.begin(), site.position.end());
}

/// The key of a site in a CellMap.
template <int D>
Indices cell_of(Coordinate<D> const& site) {
  Indices cell{site.batch};
  cell.insert(cell.end(), site.position.begin(), site.position.end());
  return cell;
}

template <int D>
OracleGeometry to_oracle(KernelGeometry<D> const& geometry) {
  OracleGeometry oracle{indices(geometry.kernel_size),
                        indices(geometry.stride),
                        indices(geometry.padding),
                        indices(geometry.dilation),
                        {}};
  for (int a = 0; a < D; ++a) {
    oracle.centre.push_back(geometry.centre ? (*geometry.centre)[a] : (geometry.kernel_size[a] - 1) / 2);
  }
  return oracle;
}

inline OracleDefinition to_oracle(OutputDefinition definition) {
  switch (definition) {
    case OutputDefinition::submanifold:
      return OracleDefinition::submanifold;
    case OutputDefinition::floor:
      return OracleDefinition::floor;
    case OutputDefinition::regular:
      break;
  }
  return OracleDefinition::regular;
}

template <class T>
std::vector<double> to_doubles(Buffer<T> const& values) {
  return std::vector<double>(values.begin(), values.end());
}

/// A tensor on a bounded grid as the dense oracle takes it.
template <class T, int D>
DenseImage to_image(SparseTensor<T, D> const& tensor) {
  Indices shape;
  for (int a = 0; a < D; ++a) shape.push_back(tensor.grid().shape[a]);
  DenseImage image(tensor.grid().batch_size, shape, tensor.channels());
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    Coordinate<D> const& site = tensor.sites().coordinates()[static_cast<std::size_t>(row)];
    std::size_t const cell = image.cell(site.batch, position_of(site));
    image.active[cell] = true;
    for (std::int64_t c = 0; c < tensor.channels(); ++c) {
      image.values[cell * static_cast<std::size_t>(tensor.channels()) + static_cast<std::size_t>(c)] =
          static_cast<double>(tensor.features()(row, c));
    }
  }
  return image;
}

template <class T, int D>
CellMap to_cell_map(SparseTensor<T, D> const& tensor) {
  CellMap map;
  for (std::int64_t row = 0; row < tensor.size(); ++row) {
    T const* const features = tensor.features().row_data(row);
    map[cell_of(tensor.sites().coordinates()[static_cast<std::size_t>(row)])] =
        std::vector<double>(features, features + tensor.channels());
  }
  return map;
}

/// The active cells of an image in canonical order.
inline std::vector<Indices> active_cells(DenseImage const& image) {
  std::vector<Indices> cells;
  Indices position(image.shape.size(), 0);
  for (std::int64_t item = 0; item < image.batch; ++item) {
    do {
      if (!image.active[image.cell(item, position)]) continue;
      cells.push_back({item});
      cells.back().insert(cells.back().end(), position.begin(), position.end());
    } while (next_index(position, image.shape));
  }
  return cells;
}

template <int D>
std::vector<Indices> cells_of(SiteSet<D> const& sites) {
  std::vector<Indices> cells;
  for (Coordinate<D> const& site : sites.coordinates()) cells.push_back(cell_of(site));
  return cells;
}

}  // namespace sparseconv::test
