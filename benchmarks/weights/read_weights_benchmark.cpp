// A trained network from its file: SpUNet's 39 million numbers read, bound to a network, and loaded from a network's own file, each
// against a copy of the file's bytes in memory in the same run. The file was read before, so it lies in the system's cache.

#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/models/spunet.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/network/network_file.hpp"
#include "sparseconv/weights/read_arrays.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"
#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

/// A folder for the time that the program runs.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / std::string("read_weights_").append(std::to_string(getpid()))) {
    std::filesystem::create_directory(path_);
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::filesystem::path operator/(std::string const& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The arrays that Pointcept's checkpoint of the network has: its names, and the layout of spconv 2.2.
std::vector<sc::NamedArray> checkpoint_of(sc::Network const& network) {
  sc::NameTable const table = sc::name_tables(network).front();
  std::vector<sc::NamedArray> arrays;
  for (auto const& [name, parameter] : network.parameters()) {
    std::size_t const dot = name.rfind('.');
    std::vector<std::int64_t> shape = parameter.shape;
    if (shape.size() > 1) {
      std::int64_t const side = std::llround(std::cbrt(shape.size() == 3 ? static_cast<double>(shape.front()) : 1.0));
      shape = {shape.back(), side, side, side, shape[shape.size() - 2]};
    }
    arrays.push_back({key_of(table, name.substr(0, dot)) + name.substr(dot), sc::make_array(shape, parameter.values)});
  }
  return arrays;
}

/// Adds a row: work(file) against a copy of as many bytes as the file has.
template <class Work>
void add_row(std::string const& name, std::filesystem::path const& file, Work const& work) {
  bs::add("weights/" + name + "/simulated/threads:1", [=](benchmark::State& state) {
    auto const bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    bs::Copy const copy(bytes);
    double const time = bs::measure_against(
        state, "copy/time", [&] { benchmark::DoNotOptimize(work(file)); }, copy);
    state.counters["MB"] = static_cast<double>(bytes) / 1e6;
    state.counters["MB/s"] = static_cast<double>(bytes) / time / 1e6;
  })->Iterations(7);
}

}  // namespace

int main(int argc, char** argv) {
  Folder const folder;
  sc::Network const network = sc::spunet(6, 20);
  auto const arrays = checkpoint_of(network);
  write_npz_arrays(folder / "spunet.npz", arrays);
  write_safetensors(folder / "spunet.safetensors", arrays);
  save_network(folder / "own.safetensors", network);
  for (std::string const ending : {"npz", "safetensors"}) {
    std::filesystem::path const file = folder / ("spunet." + ending);
    add_row("read/" + ending, file, [](auto const& path) { return sc::read_arrays(path); });
    add_row("read_and_bind/" + ending, file, [&](auto const& path) {
      sc::Network bound = network;
      bind_parameters(bound, sc::read_arrays(path), {.tables = sc::name_tables(bound)});
      return bound;
    });
  }
  add_row("load_network", folder / "own.safetensors", [](auto const& path) { return sc::load_network(path); });
  return bs::run(argc, argv);
}
