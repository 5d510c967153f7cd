#pragma once

#include <type_traits>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// How a convolution's arithmetic goes through its pairs.
namespace dataflow {

/// Pair by pair of the rulebook: what the CPU does fast.
struct GatherGemmScatter {};

/// Output by output of the row map: what a GPU does fast. The CPU has plain loops for it.
struct ImplicitGemm {};

/// What suits the policy: gather_gemm_scatter on the host, implicit_gemm on a device.
struct Automatic {};

/// As the last argument of a layer's call: pair by pair.
inline constexpr GatherGemmScatter gather_gemm_scatter{};
/// As the last argument of a layer's call: output by output.
inline constexpr ImplicitGemm implicit_gemm{};
/// As the last argument of a layer's call: what suits the policy, which is also done if nothing is told.
inline constexpr Automatic automatic{};

}  // namespace dataflow

/// One of the three above.
template <class Type>
concept Dataflow = std::is_same_v<Type, dataflow::GatherGemmScatter> || std::is_same_v<Type, dataflow::ImplicitGemm> ||
    std::is_same_v<Type, dataflow::Automatic>;

/// Whether a policy goes by the row map, so asked.
template <ExecutionPolicy Policy, Dataflow How>
inline constexpr bool goes_by_row_map = std::is_same_v<How, dataflow::ImplicitGemm> ||
                                        (std::is_same_v<How, dataflow::Automatic> && DevicePolicy<Policy>);

}  // namespace sparseconv::inline v0_1
