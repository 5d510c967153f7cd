#pragma once

#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Whether calls of the library take arguments of a type: functions answer for their wrong calls only where all arguments are such.
/// Others, numbers and what derives from a tensor among them, are perhaps for a function that a program has of the same name, to
/// which they are still converted, and which is looked for beside the library's. The types that are such say so where they are
/// defined.
template <class Argument>
inline constexpr bool is_for_calls = ExecutionPolicy<Argument>;

}  // namespace sparseconv::inline v0_1
