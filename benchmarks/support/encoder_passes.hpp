#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/networks.hpp"
#include "support/interleaved.hpp"
#include "support/layer_sizes.hpp"
#include "support/scenes.hpp"
#include "support/yardsticks.hpp"

namespace benchmark_support {

/// What a part of a pass took: its time, and the policy's pool before it, at its peak and after it, in bytes of whole blocks.
struct Part {
  double seconds = 0;
  std::int64_t bytes_before = 0;
  std::int64_t bytes_at_peak = 0;
  std::int64_t bytes_after = 0;
};

/// Where a pool's blocks come from: reused as in any run, by which a block may be twice as large as what it serves; or all of
/// them new, then it is larger by a quarter at most.
enum class Blocks { reused, fresh };

/// Does the work and measures it.
template <class Work>
Part measured_part(sparseconv::CpuPolicy const& where, Blocks blocks, Work const& work) {
  sparseconv::MemoryPool& pool = *where.memory();
  if (blocks == Blocks::fresh) pool.release();
  Part part;
  pool.reset_peak();
  part.bytes_before = pool.bytes_in_use();
  part.seconds = seconds(work);
  part.bytes_at_peak = pool.peak_bytes_in_use();
  part.bytes_after = pool.bytes_in_use();
  return part;
}

/// A layer's parts of a pass: output sites and rulebook, then the arithmetic, which frees the features that it read; what is left then
/// of features; and the yardstick's time after that pass.
struct LayerParts {
  Part index;
  Part arithmetic;
  std::int64_t result_bytes = 0;
  double gemm_seconds = 0;
};

/// One pass of a scan through the network, part after part in the order of a real one.
struct Pass {
  std::int64_t bytes_before = 0;
  Part voxelize;  ///< zeros in a pass that begins with sites
  std::vector<LayerParts> layers;

  [[nodiscard]] double seconds() const {
    double sum = voxelize.seconds;
    for (LayerParts const& layer : layers) sum += layer.index.seconds + layer.arithmetic.seconds;
    return sum;
  }

  [[nodiscard]] double gemm_seconds() const {
    double sum = 0;
    for (LayerParts const& layer : layers) sum += layer.gemm_seconds;
    return sum;
  }

  /// The most above what was in use before the pass.
  [[nodiscard]] std::int64_t peak_bytes() const {
    std::int64_t peak = voxelize.bytes_at_peak;
    for (LayerParts const& layer : layers) {
      peak = std::max({peak, layer.index.bytes_at_peak, layer.arithmetic.bytes_at_peak});
    }
    return peak - bytes_before;
  }
};

/// Several passes over one scene, and one with fresh blocks, whose times mean nothing.
struct Passes {
  std::vector<LayerSize> sizes;
  std::vector<Pass> passes;
  Pass with_fresh_blocks;
  std::int64_t points = 0;
  std::int64_t sites = 0;

  /// The median of what a function says of each pass.
  template <class OfPass>
  [[nodiscard]] double median_of(OfPass const& of_pass) const {
    std::vector<double> values;
    for (Pass const& pass : passes) values.push_back(static_cast<double>(of_pass(pass)));
    return median(std::move(values));
  }
};

/// Watches a run of an engine and measures the parts of its convolutions.
class PartsWatch {
 public:
  PartsWatch(sparseconv::CpuPolicy const& where, Blocks blocks, sparseconv::Graph const& graph, Pass& pass)
      : where_(where), blocks_(blocks), graph_(graph), pass_(pass) {}

  template <class Body>
  void stage(sparseconv::Value self, sparseconv::Stage stage, Body const& body) {
    if (!is_convolution(self)) return body();
    Part const part = measured_part(where_, blocks_, body);
    if (stage == sparseconv::Stage::sites) {
      pass_.layers.push_back({.index = part, .arithmetic = {}});
    } else if (stage == sparseconv::Stage::map) {
      Part& index = pass_.layers.back().index;
      index.seconds += part.seconds;
      index.bytes_at_peak = std::max(index.bytes_at_peak, part.bytes_at_peak);
      index.bytes_after = part.bytes_after;
    } else {
      pass_.layers.back().arithmetic = part;
    }
  }

  template <class Sites, class Map>
  void node_done(sparseconv::Value self, Sites const&, Map const&, std::int64_t held_bytes) {
    if (is_convolution(self)) pass_.layers.back().result_bytes = held_bytes;
  }

 private:
  [[nodiscard]] bool is_convolution(sparseconv::Value value) const {
    return std::holds_alternative<sparseconv::ConvNode>(graph_.node(value).operation);
  }

  sparseconv::CpuPolicy const& where_;
  Blocks blocks_;
  sparseconv::Graph const& graph_;
  Pass& pass_;
};

/// SECOND's middle extractor, prepared, on a policy of its own, taken apart.
class TakenApartEncoder {
 public:
  TakenApartEncoder(Scene const& scene, int threads)
      : cloud_(scene.cloud),
        grid_(scene.grid),
        where_(sparseconv::cpu.threads(threads)),
        engine_(sparseconv::prepare<float>(where_, sparseconv::second(cloud_.columns))) {
    grid_.extra_slices = 1;  // as the network takes it, whatever the scene is for elsewhere
  }

  /// Cold passes begin with the points and keep nothing; warm ones begin with sites that have kept all output sites and
  /// rulebooks. After each pass the yardstick of every layer runs once, in the order of the layers.
  [[nodiscard]] Passes run(bool cold, int count) const {
    auto const kept = sparseconv::voxelize(where_, cloud_, grid_).tensor;
    auto const pass = [&](Blocks blocks) { return cold ? cold_pass(blocks) : warm_pass(blocks, kept); };
    Passes result;
    result.points = cloud_.size();
    result.sites = kept.size();
    result.sizes = layer_sizes(sparseconv::profile(where_, engine_, kept));
    std::vector<Gemm> const gemms = yardsticks(result.sizes, where_.thread_count());
    if (cold) kept.sites().release_derived();
    pass(Blocks::reused);  // packs the weights
    result.with_fresh_blocks = pass(Blocks::fresh);
    pass(Blocks::reused);  // fills the pool
    for (int i = 0; i < count; ++i) {
      result.passes.push_back(pass(Blocks::reused));
      for (std::size_t layer = 0; layer < gemms.size(); ++layer) {
        result.passes.back().layers[layer].gemm_seconds = seconds(gemms[layer]);
      }
    }
    return result;
  }

 private:
  Pass cold_pass(Blocks blocks) const {
    Pass pass;
    pass.bytes_before = where_.memory()->bytes_in_use();
    sparseconv::SparseTensor<float, 3> input;
    pass.voxelize = measured_part(where_, blocks, [&] { input = sparseconv::voxelize(where_, cloud_, grid_).tensor; });
    run_network(blocks, input, pass);
    return pass;
  }

  Pass warm_pass(Blocks blocks, sparseconv::SparseTensor<float, 3> const& input) const {
    Pass pass;
    pass.bytes_before = where_.memory()->bytes_in_use();
    run_network(blocks, input, pass);
    return pass;
  }

  void run_network(Blocks blocks, sparseconv::SparseTensor<float, 3> const& input, Pass& pass) const {
    engine_.watched_run<3>(
        where_, std::array{&input}, [](auto const&) {}, PartsWatch(where_, blocks, engine_.graph(), pass));
  }

  sparseconv::PointCloud const& cloud_;
  sparseconv::VoxelGrid grid_;
  sparseconv::CpuPolicy where_;
  sparseconv::Engine<float, sparseconv::HostMemory> engine_;
};

}  // namespace benchmark_support
