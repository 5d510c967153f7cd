// expect: compiles
// Layers as a program keeps and calls them, and types of its own that turn into tensors: refused calls must leave them alone.
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "sparseconv/networks.hpp"

using namespace sparseconv;
using Tensor = SparseTensor<float, 3>;
using Convolution3D = SubmanifoldConv3D<float>;

struct Named : Tensor {};

struct TurnsIfNamed {
  Tensor tensor = {};
  operator Tensor() & { return tensor; }
};
struct TurnsOnce {
  Tensor tensor = {};
  operator Tensor() && { return tensor; }
};

void convert(Convolution3D const& conv, InverseConv3D<float> const& up, TurnsIfNamed& named, Tensor const& tensor) {
  (void)conv(cpu, named);
  (void)conv(cpu, TurnsOnce{});
  (void)conv.with_residual(cpu, named, named);
  (void)conv.with_residual(cpu, tensor, TurnsOnce{});
  (void)up(cpu, named, tensor.sites());
  (void)up.with_residual(cpu, TurnsOnce{}, TurnsOnce{});
}

void derive(Engine<float, HostMemory> const& engine, Named const& named, Tensor const& tensor) {
  (void)engine.run(cpu, tensor, named);
  (void)engine.run(cpu, named, tensor, named);
  (void)concatenate(cpu, tensor, tensor, named);
  (void)concatenate(cpu, named, named, named);
}

template <class Layer, class... Arguments>
concept Called = requires(Layer const& layer, Arguments const&... arguments) {
  layer(arguments...);
};
static_assert(Called<Convolution3D, CpuPolicy, Tensor>);
// Whether a call is right is said where it is compiled, and not before: these need only be askable.
static_assert(Called<Convolution3D, int> && std::is_invocable_v<LayerNorm<float>, void (*)(), std::string> &&
              std::is_invocable_v<GlobalPool>);

void keep(Tensor const& tensor, Convolution3D conv, LayerNorm<float> norm, Linear<float> linear,
          Engine<float, HostMemory> engine, GlobalPool pool) {
  std::function<Tensor(CpuPolicy const&, Tensor const&)> call = conv;
  call = norm;
  call = engine;
  call = pool;
  (void)call(cpu, tensor);
  (void)std::invoke(conv, cpu, tensor);
  (void)std::bind_front(conv, cpu)(tensor);
  auto const normed = &LayerNorm<float>::operator()<CpuPolicy, 3>;
  (void)(norm.*normed)(cpu, tensor);
  auto const with_residual = &Convolution3D::with_residual<CpuPolicy, dataflow::Automatic>;
  (void)(conv.*with_residual)(cpu, tensor, tensor, {});
  Tensor (Linear<float>::*linear_with_residual)(CpuPolicy const&, Tensor const&, Tensor const&) const =
      &Linear<float>::with_residual;
  (void)(linear.*linear_with_residual)(cpu, tensor, tensor);
  std::tuple<Convolution3D, LayerNorm<float>, GlobalPool> const all(conv, norm, pool);
  std::apply([&](auto const&... layer) { ((void)layer(cpu, tensor), ...); }, all);
  std::variant<Convolution3D, LayerNorm<float>, GlobalPool> const one(norm);
  (void)std::visit([&](auto const& layer) { return layer(cpu, tensor); }, one);
  Tensor const constant;
  CpuPolicy two = cpu.threads(2);
  (void)conv(two, std::move(constant));
  (void)conv(std::as_const(two), Tensor());
}

static_assert(sizeof(GlobalPool) == sizeof(Pooling));
struct AndMore : GlobalPool {
  int more;
};
inline AndMore const and_more{GlobalPool(Pooling::sum), 2};

struct WithOwnCalls : Convolution3D {
  using Convolution3D::Convolution3D;
  using Convolution3D::operator();
  Tensor operator()(Tensor const& tensor) const { return (*this)(cpu, tensor); }
};
void call(WithOwnCalls const& conv, Tensor& tensor) {
  (void)conv(tensor);
  (void)conv(cpu, tensor);
}
