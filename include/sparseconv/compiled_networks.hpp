#pragma once

/// What the library sparseconv::compiled holds of networks: building, passes, preparing and running them on the policies of the host,
/// with features and weights of one type. It is a list apart from compiled.hpp, as programs without networks do not read them; see
/// there how a list is used.

#include <optional>
#include <span>
#include <vector>

#include "sparseconv/compiled.hpp"
#include "sparseconv/network/describe.hpp"
#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/fuse.hpp"
#include "sparseconv/network/memory_plan.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/network/profile.hpp"

#ifdef SPARSECONV_COMPILED
namespace sparseconv::inline v0_1 {

#define SPARSECONV_LIST_RUN(TEMPLATE, Policy, T, D)                                                                  \
  TEMPLATE void run_engine<D, Policy, T, HostMemory, T>(Policy const&, Engine<T, HostMemory, T> const&,              \
                                                        std::span<SparseTensor<OuterElement<T>, D> const* const>,    \
                                                        std::span<std::optional<SparseTensor<OuterElement<T>, D>>>); \
  TEMPLATE NetworkProfile profile(Policy const&, Engine<T, HostMemory, T> const&,                                    \
                                  SparseTensor<OuterElement<T>, D> const&,                                           \
                                  std::vector<SparseTensor<OuterElement<T>, D>>*, ProfileWatch<Policy>::Progress);

#define SPARSECONV_LIST_ENGINE(TEMPLATE, Policy, T)                                                    \
  TEMPLATE Engine<T, HostMemory, T> prepare<T, T, Policy>(Policy const&, Network, Preparation const&); \
  SPARSECONV_LIST_RUN(TEMPLATE, Policy, T, 2)                                                          \
  SPARSECONV_LIST_RUN(TEMPLATE, Policy, T, 3)

// The part of the library. Functions that are no templates come with it: see SPARSECONV_NETWORK_BODIES.
#define SPARSECONV_PART_NETWORKS(TEMPLATE)                  \
  SPARSECONV_LIST_ENGINE(TEMPLATE, CpuPolicy, float)        \
  SPARSECONV_LIST_ENGINE(TEMPLATE, CpuPolicy, double)       \
  SPARSECONV_LIST_ENGINE(TEMPLATE, CpuPolicy, half)         \
  SPARSECONV_LIST_ENGINE(TEMPLATE, CpuPolicy, bfloat16)     \
  SPARSECONV_LIST_ENGINE(TEMPLATE, SequentialPolicy, float) \
  SPARSECONV_LIST_ENGINE(TEMPLATE, SequentialPolicy, double)

SPARSECONV_PART_NETWORKS(SPARSECONV_EXTERN)
#ifdef SPARSECONV_COMPILING_NETWORKS
SPARSECONV_PART_NETWORKS(template)
#endif

}  // namespace sparseconv::inline v0_1
#endif
