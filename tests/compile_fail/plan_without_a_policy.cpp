// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/networks.hpp"

void planned(sparseconv::Network const& network, sparseconv::SiteSet<3> const& sites) {
  sparseconv::plan(network, sites);
}
