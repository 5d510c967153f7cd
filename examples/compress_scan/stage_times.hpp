#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

namespace compress_scan {

/// What the time of coding and decoding goes into.
enum class CodecStage {
  read,           ///< a file
  quantize,       ///< points to sites, in order, each once
  octree,         ///< parents and occupancies, or children
  maps,           ///< rulebooks of the convolutions, rows of parents
  convolutions,   ///< their arithmetic
  rest,           ///< embeddings, unpooling, linear layers
  probabilities,  ///< logits to integers
  coder,          ///< the range coder
  checksum,       ///< of the sites
  write           ///< a file
};

inline constexpr std::array<std::string_view, 10> stage_names = {
    "read",          "quantize", "octree",   "maps", "convolutions", "embeddings_and_heads",
    "probabilities", "coder",    "checksum", "write"};

/// Milliseconds of each stage.
class StageTimes {
 public:
  /// Calls the body; its time counts for a stage.
  template <class Body>
  decltype(auto) time(CodecStage stage, Body&& body) {
    struct Clock {
      std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
      double& sum;
      ~Clock() { sum += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count(); }
    };
    Clock const clock{.sum = sums_[static_cast<std::size_t>(stage)]};
    return body();
  }

  [[nodiscard]] double of(CodecStage stage) const { return sums_[static_cast<std::size_t>(stage)]; }

  [[nodiscard]] double total() const {
    double sum = 0;
    for (double const stage : sums_) sum += stage;
    return sum;
  }

 private:
  std::array<double, stage_names.size()> sums_{};
};

}  // namespace compress_scan
