#pragma once

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compress_scan/compressed_scan.hpp"
#include "compress_scan/encode_sites.hpp"
#include "compress_scan/stage_times.hpp"
#include "sparseconv/network/text_table.hpp"

namespace compress_scan {

/// How a run was done, and what it took.
struct RunReport {
  std::string policy = "cpu";     ///< or "seq"
  std::string instructions = {};  ///< of cpu
  int threads = 1;
  double weights_ms = 0;  ///< to read the networks' numbers and prepare them, which is in no stage
  StageTimes times = {};
};

/// What --json has of either way. Units are in the names.
inline nlohmann::json to_json(RunReport const& run, CompressedScan const& scan, std::int64_t file_bytes) {
  nlohmann::json stages;
  for (std::size_t i = 0; i < stage_names.size(); ++i) {
    stages[std::string(stage_names[i])] = run.times.of(static_cast<CodecStage>(i));
  }
  stages["total"] = run.times.total();
  nlohmann::json table = {{"sites", scan.sites},
                          {"top_sites", scan.top.size()},
                          {"step", scan.header.step},
                          {"offset", scan.header.offset},
                          {"arithmetic", static_cast<int>(scan.header.arithmetic)},
                          {"weights", scan.header.weights},
                          {"bytes", file_bytes},
                          {"bits", 8 * file_bytes},
                          {"policy", run.policy},
                          {"threads", run.threads},
                          {"weights_ms", run.weights_ms},
                          {"milliseconds", std::move(stages)}};
  if (run.policy == "cpu") table["instructions"] = run.instructions;
  return table;
}

/// The same of an encoder, which also knows points and levels.
inline nlohmann::json to_json(RunReport const& run, EncodedSites const& encoded, std::int64_t file_bytes,
                              std::int64_t points, std::int64_t not_finite) {
  nlohmann::json table = to_json(run, encoded.scan, file_bytes);
  table["points"] = points;
  table["points_not_finite"] = not_finite;
  table["levels"] = nlohmann::json::array();
  double entropy = 0;
  for (LevelReport const& level : encoded.levels) {
    table["levels"].push_back({{"sites", level.sites}, {"bits", level.bits}, {"entropy_bits", level.entropy_bits}});
    entropy += level.entropy_bits;
  }
  table["entropy_bits"] = entropy;
  return table;
}

inline std::string digits(double number, int count) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", count, number);
  return text;
}

/// "cpu, 1 thread, avx512".
inline std::string describe(RunReport const& run) {
  std::string const words = run.policy == "cpu" ? ", " + run.instructions : "";
  return run.policy + ", " + std::to_string(run.threads) + (run.threads == 1 ? " thread" : " threads") + words;
}

/// "quantize 3.92 ms, octree 0.52 ms, ..., in all 12.40 ms", without the stages that there were none of.
inline std::string describe_times(RunReport const& run) {
  std::string text;
  for (std::size_t i = 0; i < stage_names.size(); ++i) {
    double const ms = run.times.of(static_cast<CodecStage>(i));
    if (ms > 0) text += std::string(stage_names[i]) + " " + digits(ms, 2) + " ms, ";
  }
  return text + "in all " + digits(run.times.total(), 2) + " ms; before that, the weights " +
         digits(run.weights_ms, 2) + " ms";
}

/// A row for each level of the octree, from the top.
inline std::string level_table(EncodedSites const& encoded) {
  sparseconv::TextTable table({"level", "sites", "bits", "a site", "entropy"});
  for (std::size_t i = 0; i < encoded.levels.size(); ++i) {
    LevelReport const& level = encoded.levels[i];
    table.add({std::to_string(i + 1), std::to_string(level.sites), std::to_string(level.bits),
               digits(static_cast<double>(level.bits) / static_cast<double>(level.sites), 3),
               digits(level.entropy_bits, 1)});
  }
  return table.text();
}

}  // namespace compress_scan
