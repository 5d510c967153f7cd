#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "run_network/site_list.hpp"
#include "sparseconv/network/profile.hpp"

namespace run_network {

/// Where and how often to run.
struct RunOptions {
  std::string policy = "cpu";
  int threads = 1;                                                                    ///< of cpu
  sparseconv::InstructionSet instructions = sparseconv::fastest_instruction_set();    ///< of cpu
  int repeat = 3;                                                                     ///< warm runs
  std::function<void(std::string const& what)> progress = [](std::string const&) {};  ///< told what begins
};

struct NamedOutput {
  std::string name;
  SiteList list;
};

/// What came of a cold run, over sites from which nothing was derived, and of warm ones over the same sites. Units: milliseconds.
struct Results {
  sparseconv::NetworkProfile profile;  ///< of the cold run
  double cold_ms = 0;
  std::vector<double> warm_ms;
  std::vector<NamedOutput> outputs;
};

/// The middle one of some times; of an even number of them the mean of the two in the middle.
inline double median(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::size_t const middle = times.size() / 2;
  return times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
}

}  // namespace run_network
