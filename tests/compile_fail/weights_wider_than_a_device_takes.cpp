// expect: on a device features of half or bfloat16 take weights of their own type alone
#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "support/device_without_for_each.hpp"

struct Device : DeviceWithoutForEach {
  template <class... Arguments>
  void for_each(Arguments...) const;
};

template <>
inline constexpr bool sparseconv::is_policy<Device> = true;

void convolve(Device const& where, sparseconv::RulebookView<Elsewhere> const& rules,
              sparseconv::MatrixView<sparseconv::half const, Elsewhere> input,
              sparseconv::WeightsView<float, Elsewhere> weights,
              sparseconv::MatrixView<sparseconv::half, Elsewhere> output) {
  sparseconv::gather_gemm_scatter(where, rules, input, weights, output);
}
