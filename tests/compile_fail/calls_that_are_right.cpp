// expect: compiles
// What the sentences of wrong calls must leave alone.
#include <functional>

#include "sparseconv/networks.hpp"

using namespace sparseconv;

struct Named : SparseTensor<float, 3> {};

void run(SubmanifoldConv3D<float> conv, SparsePool3D const& pool, Linear<float> const& linear, Named& input,
         SparseTensor<float, 3>& plain, Engine<float, HostMemory> const& engine) {
  (void)conv(cpu, input);
  (void)conv(seq, plain, dataflow::gather_gemm_scatter);
  (void)conv(cpu.threads(2), std::cref(plain), plain.sites());
  (void)linear(cpu, input);
  (void)pool(cpu, input);
  (void)pool(cpu, conv(cpu, plain), plain.sites());
  (void)engine(cpu, input);
  auto const& sites = conv(cpu, input).sites();  // a handle that lives on
  (void)sites.coordinates();
  SubmanifoldConv3D<float> const copy(conv);
  conv = SubmanifoldConv3D<float>({4, 16});
}
