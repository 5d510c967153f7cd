// expect: compiles
// What the sentences of wrong calls must leave alone.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sparseconv/networks.hpp"
#include "support/emulated_gpu.hpp"

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
  conv = SubmanifoldConv3D<float>({4, 16, 3});
}

void join(SubmanifoldConv3D<float> const& conv, InverseConv3D<float> const& up, Linear<float> const& linear,
          Named& input, SparseTensor<float, 3>& plain, Engine<float, HostMemory> const& engine) {
  (void)conv.with_residual(cpu, input, plain);
  (void)conv.with_residual(cpu, std::cref(plain), std::cref(plain), dataflow::gather_gemm_scatter);
  (void)up.with_residual(seq, plain, input);
  (void)linear.with_residual(cpu, plain, input);
  (void)engine.run(cpu, input);
  (void)engine.run(cpu, plain, plain, plain);
  (void)add(cpu, input, plain, relu);
  (void)concatenate(seq, plain, input);
  (void)concatenate(seq, plain, plain, plain);
  (void)concatenate(seq, std::vector<SparseTensor<float, 3> const*>{&plain, &plain});
  (void)activate(cpu, input, relu);
  (void)softmax(cpu, input);
  (void)cast<half>(cpu, input);
  (void)broadcast(cpu, GlobalPool()(cpu, input), plain);
  (void)broadcast(cpu, GlobalPool()(cpu, input), plain.sites());
  (void)unpool(cpu, input, plain.sites(), 2);
  (void)onto_sites(cpu, input, unite_sites(cpu, input.sites(), plain.sites()));
  (void)scale_sites(cpu, input, 2, Grid<3>{});
  (void)AxisPool(0, Pooling::sum)(cpu, input);
  (void)prune(cpu, input, mask_above(cpu, input, 0));
  (void)prune(seq, plain, std::vector<std::uint8_t>(3));
  (void)prune(cpu, input, intersect_sites(cpu, input.sites(), plain.sites()));
  (void)prune(cpu, plain, mask_largest(cpu, input, std::vector<std::int64_t>{100}));
  (void)embed(cpu, input, plain.features());
  (void)to_dense(cpu, input);
  (void)LayerNorm<float>(4)(cpu, input);
  (void)BatchStatisticsNorm<float>(4)(cpu, input, relu);
}

void on_a_device(test::EmulatedGpu const& gpu, Network const& network, SparseTensor<float, 3> const& host) {
  auto const x = copy_to(gpu, host);
  (void)softmax(gpu, add(gpu, x, x));
  (void)prune(gpu, x, mask_above(gpu, x, 0));
  (void)profile(gpu, prepare<float>(gpu, network), x);
  (void)evaluate(gpu, network, x);
  plan(gpu, network, x.sites());
}

// Functions of a program that have the names of the library's.
namespace robot {

struct Pose {};
int add(int a, int b) {
  return a + b;
}
template <class T>
T softmax(T const& value) {
  return value;
}
template <class T>
int plan(T const&, Pose const&) {
  return 0;
}
template <class T>
int add(T const&, SparseTensor<float, 3> const&) {
  return 0;
}

// Arguments that turn into what a function takes, where the library's would take anything.
void cast(std::string const&, SparseTensor<float, 3> const&, CpuPolicy const&) {}
int activate(double, SparseTensor<float, 3> const&) {
  return 0;
}
// A function among the arguments, and sites or a policy of the library, so that its functions are looked for.
void measure(SparseTensor<float, 3> const&) {}
void embed(std::string const&, void (*)(SparseTensor<float, 3> const&), CpuPolicy const&) {}
void concatenate(std::string const&, void (*)(SparseTensor<float, 3> const&), SparseTensor<float, 3> const&) {}

int all(SparseTensor<float, 3> const& tensor) {
  cast("name", tensor, cpu);
  embed("name", measure, cpu);
  concatenate("name", measure, tensor);
  return add(1, 2) + softmax(3) + plan(4, Pose{}) + add(Pose{}, tensor) + activate(1, tensor);
}

}  // namespace robot
