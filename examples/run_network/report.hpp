#pragma once

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "run_network/results.hpp"
#include "sparseconv/network/profile_json.hpp"
#include "sparseconv/network/text_table.hpp"
#include "sparseconv/weights/array.hpp"

namespace run_network {

/// What --output writes.
///
/// Shapes: `coordinates` M x (1 + axes) int32 and `features` M x C float32 in canonical order; where there are several outputs, each
///         has its name and a dot before both.
inline std::vector<sparseconv::NamedArray> output_arrays(std::span<NamedOutput const> outputs) {
  std::vector<sparseconv::NamedArray> arrays;
  for (NamedOutput const& output : outputs) {
    std::string const prefix = outputs.size() == 1 ? "" : output.name + ".";
    SiteList const& list = output.list;
    arrays.push_back({prefix + "coordinates", sparseconv::make_array({list.size(), list.axes + 1}, list.coordinates)});
    arrays.push_back({prefix + "features", sparseconv::make_array({list.size(), list.channels}, list.features)});
  }
  return arrays;
}

/// "cold 312.40 ms (from sites), warm 290.10 ms (median of 3)".
inline std::string describe_times(Results const& results) {
  char line[120];
  std::snprintf(line, sizeof line, "cold %.2f ms (from sites), warm %.2f ms (median of %zu)", results.cold_ms,
                median(results.warm_ms), results.warm_ms.size());
  return line;
}

/// "1 site", "2 sites".
inline std::string count_of(std::int64_t count, char const* thing) {
  return sparseconv::error_message({count, " ", thing, count == 1 ? "" : "s"});
}

/// "output features: 10000 sites of 128 channels, grid of 2 x 200 x 176".
inline std::string describe(NamedOutput const& output) {
  return sparseconv::error_message({"output ", sparseconv::name_in_line(output.name), ": ",
                                    count_of(output.list.size(), "site"), " of ",
                                    count_of(output.list.channels, "channel"), ", grid of ", shape_of(output.list)});
}

/// "cpu, 1 thread, avx512".
inline std::string describe(RunOptions const& options) {
  if (options.policy != "cpu") return options.policy;
  return sparseconv::error_message(
      {"cpu, ", count_of(options.threads, "thread"), ", ", to_string(options.instructions)});
}

/// What --json writes: the profile of the cold run, how it was run, and the times of all runs. Units are in the names.
inline nlohmann::json to_json(RunOptions const& options, std::string const& element, SiteList const& input,
                              Results const& results) {
  auto const shape_of_list = [](SiteList const& list) {
    return list.shape.empty() ? nlohmann::json(nullptr) : nlohmann::json(list.shape);
  };
  auto const row = [&](SiteList const& list) {
    return nlohmann::json{{"sites", list.size()}, {"channels", list.channels}, {"shape", shape_of_list(list)}};
  };
  nlohmann::json table = sparseconv::to_json(results.profile);
  table.update(
      {{"policy", options.policy},
       {"element", element},
       {"input", row(input)},
       {"total_ms", {{"cold", results.cold_ms}, {"warm", results.warm_ms}, {"warm_median", median(results.warm_ms)}}}});
  if (options.policy == "cpu") {
    table["threads"] = options.threads;
    table["instructions"] = to_string(options.instructions);
  }
  table["outputs"] = nlohmann::json::array();
  for (NamedOutput const& output : results.outputs) {
    nlohmann::json named = row(output.list);
    named["name"] = output.name;
    table["outputs"].push_back(std::move(named));
  }
  return table;
}

}  // namespace run_network
