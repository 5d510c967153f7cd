// expect: the policy comes first: layer(sc::cpu, input), add(sc::cpu, a, b)
// errors: 1
#include "sparseconv/layers/unpool.hpp"

auto finer(sparseconv::SparseTensor<float, 2> const& parents, sparseconv::SiteSet<2> const& onto) {
  return sparseconv::unpool(parents, onto, sparseconv::PerAxis<2>(2), sparseconv::cpu).size();
}
