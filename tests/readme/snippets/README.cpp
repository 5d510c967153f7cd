// The snippets of README.md, among what they need.
#include <sparseconv/io/read_point_cloud.hpp>
#include <sparseconv/models/name_tables.hpp>
#include <sparseconv/network/bind_parameters.hpp>
#include <sparseconv/networks.hpp>
#include <sparseconv/weights/read_arrays.hpp>

#include <cstdio>
#include <iostream>
namespace sc = sparseconv;

inline void how_it_works(sc::SparseTensor<float, 3> const& input, sc::KernelGeometry<3> const& geometry,
                         sc::WeightsView<float> weights, sc::SparseTensor<float, 3>& output) {
  auto const& where = sc::cpu;
  auto const& sites = input.sites();
#include "README/how_it_works.inc"
}

inline void a_network() {
#include "README/a_network.inc"
#include "README/a_network_2.inc"
}

inline void networks_as_data(sc::VoxelizedPoints<> const& voxels) {
#include "README/a_network_3.inc"
}

inline void trained_weights() {
#include "README/trained_weights.inc"
}
