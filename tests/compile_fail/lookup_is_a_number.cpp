// expect: build_rulebook: the last argument is lookup::sorted or lookup::hash
#include "sparseconv/index/build_rulebook.hpp"

sparseconv::Rulebook<> rulebook(sparseconv::SiteSet<2> const& sites, sparseconv::KernelGeometry<2> const& geometry) {
  return sparseconv::build_rulebook(sparseconv::seq, sites, sites, geometry, 42);
}
