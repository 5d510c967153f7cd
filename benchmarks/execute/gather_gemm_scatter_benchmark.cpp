// The arithmetic over a rulebook by channels, against oneDNN's sgemm of P x C_in x C_out in the same run.
//
// --instructions=avx2 or --instructions=portable measures the kernels of that set on a processor that has a better one. The
// yardstick is then held to the same set for the whole run, so all rows begin with its name: avx2/sub3/64-64/waymo/threads:1.

#include <iostream>
#include <optional>

#include "support/chosen_instructions.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

/// What is convolved; and with which kernels, where that is not left to the library.
struct Case {
  sc::KernelGeometry<3> geometry;
  sc::OutputDefinition definition;
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::optional<sc::InstructionSet> instructions;
};

template <sc::Element T>
sc::Buffer<T> random_elements(std::int64_t count, std::uint64_t seed) {
  auto const numbers = bs::random_numbers(count, seed);
  sc::Buffer<T> elements(count);
  std::transform(numbers.begin(), numbers.end(), elements.begin(), [](float number) { return T(number); });
  return elements;
}

/// Returns the median time.
template <sc::Element T>
double convolve(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, Case const& one) {
  auto const sites = scene.tensor().sites();
  auto const outputs = sc::output_sites(where, sites, one.geometry, one.definition);
  auto const rules = sc::build_rulebook(where, sites, outputs, one.geometry);
  auto const input = random_elements<T>(sites.size() * one.in_channels, 3);
  auto const weights = random_elements<T>(rules.element_count() * one.in_channels * one.out_channels, 4);
  sc::Buffer<T> output(outputs.size() * one.out_channels, T(0.0F));

  sc::MatrixView<T const> const input_rows{input.data(), sites.size(), one.in_channels};
  sc::WeightsView<T> const matrices{weights.data(), rules.element_count(), one.in_channels, one.out_channels};
  sc::MatrixView<T> const output_rows{output.data(), outputs.size(), one.out_channels};
  auto const work = [&, chosen = where.instructions(one.instructions.value_or(sc::fastest_instruction_set()))] {
    sc::gather_gemm_scatter<sc::CpuPolicy, T>(chosen, rules, input_rows, matrices, output_rows);
  };
  double const time = bs::measure_against_gemm(
      state, work, bs::Gemm(rules.pair_count(), one.in_channels, one.out_channels, where.thread_count()));
  auto const pairs = static_cast<double>(rules.pair_count());
  state.counters["pairs"] = pairs;
  state.counters["GFLOP/s"] = 2 * pairs * static_cast<double>(one.in_channels * one.out_channels) / time / 1e9;
  state.counters["GB/s"] = pairs * static_cast<double>(one.in_channels) * sizeof(T) / time / 1e9;
  return time;
}

template <sc::Element T>
void add(std::vector<bs::Scene> const& scenes, std::string const& name, Case const& one) {
  bs::add_for_scenes(name + "/" + std::to_string(one.in_channels) + "-" + std::to_string(one.out_channels), scenes,
                     [=](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                       return convolve<T>(state, scene, where, one);
                     });
}

void add_all(std::vector<bs::Scene> const& scenes, std::optional<sc::InstructionSet> instructions) {
  auto const submanifold = [&](std::int64_t in, std::int64_t out) {
    return Case{{.kernel_size = 3, .padding = 1}, sc::OutputDefinition::submanifold, in, out, instructions};
  };
  std::string const set = instructions ? sc::to_string(*instructions) + "/" : "";
  for (std::int64_t const channels : {4, 16, 32, 64, 128, 256}) {
    add<float>(scenes, set + "sub3", submanifold(channels, channels == 4 ? 16 : channels));
  }
  for (std::int64_t const channels : {16, 32, 64, 128, 256}) {
    add<float>(scenes, set + "k3_s2_p1",
               {{.kernel_size = 3, .stride = 2, .padding = 1},
                sc::OutputDefinition::regular,
                channels,
                channels,
                instructions});
  }
  // Stored in two bytes, summed in float: sgemm is the yardstick of these too.
  for (std::int64_t const channels : {16, 32, 64, 128, 256}) {
    add<sc::bfloat16>(scenes, set + "bf16/sub3", submanifold(channels, channels));
    add<sc::half>(scenes, set + "half/sub3", submanifold(channels, channels));
  }
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  std::optional<sc::InstructionSet> instructions;
  try {
    instructions = bs::take_instructions(argc, argv);
    if (instructions) bs::hold_gemm_to(*instructions);
  } catch (sc::Error const& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  auto const scenes = bs::scenes();
  add_all(scenes, instructions);
  return bs::run(argc, argv);
}
