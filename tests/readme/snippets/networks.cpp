// The snippets of docs/networks.md, among what they need.
#include <sparseconv/models/name_tables.hpp>
#include <sparseconv/network/bind_parameters.hpp>
#include <sparseconv/network/export_onnx.hpp>
#include <sparseconv/network/import_onnx.hpp>
#include <sparseconv/network/network_file.hpp>
#include <sparseconv/networks.hpp>
#include <sparseconv/weights/read_arrays.hpp>
#include <sparseconv/weights/write_onnx.hpp>

#include <iostream>
namespace sc = sparseconv;

inline void bring_your_network() {
#include "networks/bring_your_network.inc"
#include "networks/when_names_do_not_fit.inc"
}

inline void save_a_network_and_load_it(sc::Network const& net) {
#include "networks/save_a_network_and_load_it.inc"
}

inline void from_onnx_and_to_it(sc::VoxelizedPoints<> const& voxels, sc::Network const& network) {
  auto const& where = sc::cpu;
#include "networks/from_onnx_and_to_it.inc"
#include "networks/from_onnx_and_to_it_2.inc"
}

inline void where_the_time_goes(sc::Engine<float, sc::HostMemory, float> const& engine,
                                sc::SparseTensor<float, 3> const& x) {
#include "networks/where_the_time_goes.inc"
}

inline void a_codec_s_networks(sc::SiteSet<3> const& children,
                               sc::Engine<float, sc::HostMemory, float> const& level_engine,
                               sc::Engine<float, sc::HostMemory, float> const& high_engine,
                               sc::SparseTensor<float, 3> const& occupancy, sc::SparseTensor<float, 3> const& place,
                               sc::SparseTensor<float, 3> const& low) {
#include "networks/a_codec_s_networks.inc"
}

inline void levels_that_join(sc::Network& net, sc::Value fine, sc::Value coarse) {
#include "networks/levels_that_join.inc"
  (void)map;
}

inline void sites_that_scores_choose(sc::Network& net, sc::Value x) {
#include "networks/sites_that_scores_choose.inc"
  (void)kept;
  (void)best;
}

inline void a_detector_that_stays_sparse(sc::VoxelizedPoints<> const& voxels, sc::VoxelGrid const& grid) {
#include "networks/a_detector_that_stays_sparse.inc"
}
