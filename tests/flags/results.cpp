// Prints a hash of what much of the library computes: a line for each part. The lines must be the same for every compiler and
// whatever flags the program is compiled with.
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/layers/softmax.hpp"
#include "sparseconv/networks.hpp"
#include "sparseconv/number/elementary.hpp"

namespace sc = sparseconv;

namespace {

/// FNV-1a over the bytes of numbers.
class Hash {
 public:
  template <class T>
  void add(T const* numbers, std::int64_t count) {
    auto const* const bytes = reinterpret_cast<unsigned char const*>(numbers);
    for (std::int64_t i = 0; i < count * static_cast<std::int64_t>(sizeof(T)); ++i) {
      value_ = (value_ ^ bytes[i]) * 0x100000001b3U;
    }
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

void print(std::string const& part, Hash const& hash) {
  std::printf("%-40s %016llx\n", part.c_str(), static_cast<unsigned long long>(hash.value()));
}

template <class T, int D>
void print(std::string const& part, sc::SparseTensor<T, D> const& tensor) {
  Hash hash;
  hash.add(tensor.sites().data(), tensor.size());
  hash.add(tensor.features().data, tensor.features().size());
  print(part, hash);
}

/// Numbers between -1 and 1.
class Random {
 public:
  double number() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    auto const steps = static_cast<std::int64_t>(state_ >> 11) - (std::int64_t{1} << 52);
    return sc::rounded_product(static_cast<double>(steps), 0x1p-52);  // whatever is added to it
  }

 private:
  std::uint64_t state_ = 1;
};

/// What training may leave of a norm.
struct NormNumbers {
  std::vector<float> scale, shift, mean, variance;
};

NormNumbers trained_norm_numbers(std::int64_t channels, Random& random) {
  NormNumbers numbers;
  for (std::int64_t c = 0; c < channels; ++c) {
    numbers.scale.push_back(static_cast<float>(1 + random.number() / 3));
    numbers.shift.push_back(static_cast<float>(random.number() / 3));
    numbers.mean.push_back(static_cast<float>(random.number() / 3));
    numbers.variance.push_back(static_cast<float>(1.1 + random.number()));
  }
  return numbers;
}

template <class T>
sc::BatchNorm<T> trained_norm(std::int64_t channels, Random& random) {
  NormNumbers const numbers = trained_norm_numbers(channels, random);
  sc::BatchNorm<T> norm(channels, 1e-3);
  norm.template set<float>({numbers.scale, numbers.shift, numbers.mean, numbers.variance});
  return norm;
}

/// SECOND with norms as if they had been trained: apart, and folded.
void second(std::string const& policy, auto const& where, sc::SparseTensor<float, 3> const& input) {
  sc::Network network = sc::second(input.channels(), 7);
  Random random;
  for (std::int32_t i = 0; i < network.graph().size(); ++i) {
    sc::Value const self{i};
    if (!std::holds_alternative<sc::BatchNormNode>(network.graph().node(self).operation)) continue;
    NormNumbers numbers = trained_norm_numbers(network.graph().type(self).channels, random);
    auto const set = [&](char const* role, std::vector<float>& values) {
      network.parameter(network.parameter_name(self, role)).values = std::move(values);
    };
    set("weight", numbers.scale);
    set("bias", numbers.shift);
    set("running_mean", numbers.mean);
    set("running_var", numbers.variance);
  }
  print(policy + ": SECOND", sc::evaluate(where, network, input));
  print(policy + ": SECOND, norms folded", sc::prepare<float>(where, network)(where, input));
}

/// Every layer in an element type, whose sums are rounded on the way.
template <class T>
void layers(std::string const& part, auto const& where, sc::SparseTensor<float, 3> const& scan) {
  std::vector<T> numbers;
  for (float const number : scan.features().values()) numbers.push_back(T(number));
  sc::SparseTensor<T, 3> const input(scan.sites(), scan.channels(), sc::Buffer<T>(std::span<T const>(numbers)));
  sc::SubmanifoldConv3D<T> const first({.in_channels = input.channels(),
                                        .out_channels = 19,
                                        .bias = true,
                                        .activation = sc::leaky_relu(0.1),
                                        .seed = 3});
  sc::SparseConv3D<T> const second({.in_channels = 19, .out_channels = 7, .stride = 2, .padding = 1, .seed = 4});
  sc::SubmanifoldConv3D<T> const third({.in_channels = 7, .out_channels = 7, .seed = 5});
  Random random;
  auto const norm = trained_norm<T>(7, random);
  auto const a = first(where, input);
  print(part + " submanifold", a);
  auto const b = norm(where, second(where, a));
  print(part + " strided, norm", b);
  auto const c = third.with_residual(where, b, b);
  print(part + " residual", c);
  print(part + " implicit GEMM", third(where, b, sc::dataflow::implicit_gemm));
  for (auto const activation :
       {sc::leaky_relu(0.3), sc::relu6, sc::gelu, sc::gelu_tanh, sc::silu, sc::sigmoid, sc::tanh_activation}) {
    print(part + " " + to_string(activation), sc::activate(where, c, activation));
  }
  print(part + " softmax", sc::softmax(where, c));
  for (auto const pooling : {sc::Pooling::max, sc::Pooling::average, sc::Pooling::average_over_kernel}) {
    print(part + " pooling " + std::to_string(static_cast<int>(pooling)),
          sc::SparsePool3D({.kernel_size = 3, .stride = 2, .pooling = pooling})(where, c));
  }
}

template <class T>
void layers_everywhere(std::string const& type, sc::SparseTensor<float, 3> const& scan) {
  layers<T>("seq " + type, sc::seq, scan);
  for (auto const set : sc::every_instruction_set) {
    if (set > sc::best_instruction_set()) continue;
    layers<T>("cpu " + sc::to_string(set) + " " + type, sc::cpu.instructions(set), scan);
  }
}

/// Functions of the C library's names over their whole range.
template <class T>
void elementary_functions(std::string const& type) {
  Random random;
  Hash hash;
  for (int i = 0; i < 20000; ++i) {
    T const x = static_cast<T>(random.number());
    T const results[] = {sc::elementary::exp(80 * x),
                         sc::elementary::log(1 + x),
                         sc::elementary::tanh(4 * x),
                         sc::elementary::erf(4 * x),
                         sc::gelu(20 * x),
                         sc::gelu_tanh(10 * x),
                         sc::silu(80 * x)};
    hash.add(results, 7);
  }
  print("elementary functions of " + type, hash);
}

/// Features at the points of a cloud, from the voxels around them.
template <class T>
void interpolation(std::string const& part, auto const& where, sc::SiteSet<3> const& sites, sc::PointCloud const& cloud,
                   sc::VoxelGrid const& grid) {
  constexpr std::int64_t channels = 23;
  sc::Buffer<T> features(sites.size() * channels);
  Random random;
  for (T& feature : features) feature = static_cast<T>(random.number());
  sc::SparseTensor<T, 3> const tensor(sites, channels, std::move(features));
  auto const map = sc::build_interpolation_map<sc::Accumulator<T>>(where, sites, cloud, grid);
  sc::Buffer<T> const found = sc::interpolate(where, tensor, map);
  Hash hash;
  hash.add(map.weights().data, map.weights().size());
  hash.add(found.data(), found.size());
  print(part + " interpolation", hash);
}

}  // namespace

int main() {
  elementary_functions<float>("float");
  elementary_functions<double>("double");
  sc::PointCloud const cloud = simulated_scan::simulate();
  sc::VoxelGrid const fine{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {-40, -40, -3}, .high = {40, 40, 1}, .extra_slices = 1};
  auto const scan = sc::voxelize(sc::cpu, cloud, fine).tensor;
  print("voxelize", scan);
  print("voxelize, seq", sc::voxelize(sc::seq, cloud, fine).tensor);
  interpolation<float>("cpu", sc::cpu, scan.sites(), cloud, fine);
  interpolation<double>("cpu, double", sc::cpu, scan.sites(), cloud, fine);
  interpolation<sc::half>("seq, half", sc::seq, scan.sites(), cloud, fine);
  second("cpu", sc::cpu, scan);
  sc::VoxelGrid const coarse{.voxel_size = {1, 1, 0.5F}, .low = {-40, -40, -3}, .high = {40, 40, 1}, .extra_slices = 1};
  auto const small = sc::voxelize(sc::cpu, cloud, coarse).tensor;
  print("voxelize, coarse", small);
  layers_everywhere<float>("float", small);
  layers_everywhere<double>("double", small);
  layers_everywhere<sc::half>("half", small);
}
