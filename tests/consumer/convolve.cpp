#include <sparseconv/sparseconv.hpp>

#include <cstdio>

namespace sc = sparseconv;

/// Two sites of a 5 x 5 image under a 3 x 3 kernel without padding: each reaches 6 of the 9 outputs, 4 of them shared.
int main() {
  auto const image = sc::make_sparse_tensor<float, 2>(sc::cpu, {.shape = {5, 5}, .batch_size = 1},
                                                      {{0, {1, 2}}, {0, {2, 3}}}, {.1f, .1f, .1f, .2f, .2f, .2f});
  sc::KernelGeometry<2> const geometry{.kernel_size = 3};
  auto const sites = sc::output_sites(sc::cpu, image.sites(), geometry, sc::OutputDefinition::regular);
  auto const rules = sc::build_rulebook(sc::cpu, image.sites(), sites, geometry);
  sc::SparseTensor<float, 2> output(sites, 2);
  sc::Weights<float> const ones(9, 3, 2, sc::Buffer<float>(54, 1.f));
  sc::gather_gemm_scatter(sc::cpu, rules, image.features(), ones, output.features());
  std::printf("%lld pairs, %lld outputs\n", static_cast<long long>(rules.pair_count()),
              static_cast<long long>(sites.size()));
  return rules.pair_count() == 12 && sites.size() == 8 ? 0 : 1;
}
