#pragma once

#include "run_network/measured_run.hpp"
#include "run_network/run_on.hpp"
#include "sparseconv/compiled_networks.hpp"

namespace run_network {

template <sparseconv::Element T>
Results run_on_host(RunOptions const& options, sparseconv::Network const& network, SiteList const& list) {
  if (options.policy == "seq") return measured_run<T>(sparseconv::seq, options, network, list);
  return measured_run<T>(sparseconv::cpu.threads(options.threads).instructions(options.instructions), options, network,
                         list);
}

}  // namespace run_network
