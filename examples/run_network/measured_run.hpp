#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "measure/milliseconds.hpp"
#include "run_network/results.hpp"
#include "run_network/site_list.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/network/profile.hpp"
#include "sparseconv/tensor/copy_to.hpp"

namespace run_network {

/// Prepares a network of elements T for a policy, runs it once with a look at every node, and then `repeat` times without.
///
/// Order:  a device is waited for after each step of the cold run, and after each warm run.
/// Throws: as make_sparse_tensor, prepare() and the engine.
template <sparseconv::Element T, int D, sparseconv::ExecutionPolicy Policy>
Results measured_run(Policy const& where, RunOptions const& options, sparseconv::Network const& network,
                     SiteList const& list) {
  auto const engine = sparseconv::prepare<T>(where, network);
  using Outer = typename decltype(engine)::Outer;
  auto const input = [&] {
    if constexpr (sparseconv::HostPolicy<Policy>) {
      return tensor_of<Outer, D>(where, list);
    } else {
      return copy_to(where, tensor_of<Outer, D>(sparseconv::cpu, list));
    }
  }();
  std::vector<std::remove_const_t<decltype(input)>> outputs;
  Results results;
  results.cold_ms = measure::milliseconds([&] {
    results.profile = profile(where, engine, input, &outputs,
                              [&](sparseconv::NodeProfile const& node) { options.progress("cold run: " + node.name); });
  });
  for (int i = 0; i < options.repeat; ++i) {
    options.progress("warm run " + std::to_string(i + 1) + " of " + std::to_string(options.repeat));
    outputs.clear();  // their memory goes back to the policy's pool
    results.warm_ms.push_back(measure::milliseconds([&] {
      outputs = engine.run(where, input);
      if constexpr (sparseconv::DevicePolicy<Policy>) where.wait();
    }));
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::string const& name = engine.outputs()[i].name;
    if constexpr (sparseconv::HostPolicy<Policy>) {
      results.outputs.push_back({name, list_of(outputs[i])});
    } else {
      results.outputs.push_back({name, list_of(copy_to_host(where, outputs[i]))});
    }
  }
  return results;
}

/// The same in the dimension of the list: 2 or 3.
template <sparseconv::Element T, sparseconv::ExecutionPolicy Policy>
Results measured_run(Policy const& where, RunOptions const& options, sparseconv::Network const& network,
                     SiteList const& list) {
  return list.axes == 2 ? measured_run<T, 2>(where, options, network, list)
                        : measured_run<T, 3>(where, options, network, list);
}

}  // namespace run_network
