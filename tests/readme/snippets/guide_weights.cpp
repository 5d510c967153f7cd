// The snippet of docs/guide/weights.md, among what it needs.
#include <sparseconv/models/name_tables.hpp>
#include <sparseconv/network/bind_parameters.hpp>
#include <sparseconv/networks.hpp>
#include <sparseconv/weights/read_arrays.hpp>

#include <iostream>
namespace sc = sparseconv;

inline void a_checkpoint_of_a_published_network() {
#include "guide_weights/a_checkpoint_of_a_published_network.inc"
}
