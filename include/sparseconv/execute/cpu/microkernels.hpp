#pragma once

#include "sparseconv/config.hpp"
#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#if SPARSECONV_BODIES
#include "sparseconv/execute/cpu/microkernels/avx2.hpp"
#include "sparseconv/execute/cpu/microkernels/avx512.hpp"
#include "sparseconv/execute/cpu/microkernels/neon.hpp"
#include "sparseconv/execute/cpu/microkernels/portable.hpp"
#endif

namespace sparseconv::inline v0_1::on_cpu {

/// The microkernels of an instruction set; the processor must have it.
///
/// Their text is compiled once for each, with a vector type and a function target of its own. It is a text and not a template
/// over the vector type because a function's target cannot depend on a template parameter.
template <Element T>
Microkernels<T> const& microkernels(InstructionSet set);

#if SPARSECONV_BODIES
template <Element T>
Microkernels<T> const& microkernels(InstructionSet set) {
#if SPARSECONV_X86_KERNELS
  if (set == InstructionSet::avx512) return avx512::microkernels<T>;
  if (set == InstructionSet::avx2) return avx2::microkernels<T>;
#else
  static_cast<void>(set);
#endif
#if SPARSECONV_NEON_KERNELS
  return neon::microkernels<T>;
#else
  return portable::microkernels<T>;
#endif
}
#endif

}  // namespace sparseconv::inline v0_1::on_cpu
