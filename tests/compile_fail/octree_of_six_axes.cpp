// expect: octree_level: a cell of more than 5 axes has more children than an occupancy bits
#include "sparseconv/index/octree_level.hpp"

sparseconv::OctreeLevel<6> level(sparseconv::SiteSet<6> const& sites) {
  return sparseconv::octree_level(sparseconv::seq, sites);
}
