#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The element type, axes and memory of a tensor; void or 0 stands for any, and all three for what is no tensor.
template <class T, int D, class Memory>
struct TensorKind {
  using Element = T;
  using Space = Memory;
  static constexpr int axes = D;
};

/// The kind of a tensor, or of what derives from one. Never called.
template <class T, int D, class Memory>
TensorKind<T, D, Memory> kind_of(SparseTensor<T, D, Memory> const*);
TensorKind<void, 0, void> kind_of(void const*);

template <class Argument>
using KindOf = decltype(kind_of(static_cast<std::remove_reference_t<Argument> const*>(nullptr)));

/// Whether a call has its policy and its tensor in place, and the policy reaches the tensor.
template <class Wanted, class... Arguments>
inline constexpr bool begins_as_wanted = false;
template <class T, int D, class Memory, class Policy, class Input, class... More>
inline constexpr bool begins_as_wanted<TensorKind<T, D, Memory>, Policy, Input, More...> = [] {
  if constexpr (!ExecutionPolicy<Policy>) {
    return false;
  } else if constexpr (!std::is_void_v<T> && D != 0 && !std::is_void_v<Memory>) {
    return reaches<Policy, Memory> && std::convertible_to<Input const&, SparseTensor<T, D, Memory> const&>;
  } else {
    using Kind = KindOf<Input>;
    return Kind::axes != 0 && (D == 0 || D == Kind::axes) &&
           (std::is_void_v<T> || std::is_same_v<T, typename Kind::Element>)&&  //
           (std::is_void_v<Memory> || (std::is_same_v<Memory, typename Kind::Space> && reaches<Policy, Memory>));
  }
}();

/// What a call whose arguments do not begin as wanted seems to give, so that the compiler speaks of nothing but that call.
template <class Wanted, class... Arguments>
using RefusedTensor =
    SparseTensor<std::conditional_t<std::is_void_v<typename Wanted::Element>, float, typename Wanted::Element>,
                 (Wanted::axes != 0 ? Wanted::axes : std::max({1, KindOf<Arguments>::axes...})),
                 std::conditional_t<std::is_void_v<typename Wanted::Space>, HostMemory, typename Wanted::Space>>;

/// What stands first and second in a call.
template <class... Arguments>
struct CallBegin {
  static constexpr bool with_policy = false;
  using Kind = TensorKind<void, 0, void>;
};
template <class Policy>
struct CallBegin<Policy> : CallBegin<> {
  static constexpr bool with_policy = ExecutionPolicy<Policy>;
};
template <class Policy, class Input, class... More>
struct CallBegin<Policy, Input, More...> : CallBegin<Policy> {
  using Kind = KindOf<Input>;
};

/// Says in one sentence what is wrong with a call whose arguments do not begin as wanted; it never compiles.
template <class Wanted, class... Arguments>
constexpr void refuse_call() {
  using Begin = CallBegin<Arguments...>;
  using Kind = typename Begin::Kind;
  if constexpr (!(ExecutionPolicy<Arguments> || ...)) {
    static_assert(never<Arguments...>,
                  "sparseconv: the call has no policy, which says where it runs; put one first: layer(sc::cpu, input)");
  } else if constexpr (!Begin::with_policy) {
    static_assert(never<Arguments...>, "sparseconv: the policy comes first: layer(sc::cpu, input)");
  } else if constexpr (Kind::axes == 0) {
    static_assert(never<Arguments...>, "sparseconv: after the policy comes a SparseTensor: layer(sc::cpu, input)");
  } else if constexpr (Wanted::axes != 0 && Wanted::axes != Kind::axes) {
    static_assert(never<Arguments...>,
                  "sparseconv: the tensor has another number of axes than the layer: SubmanifoldConv3D takes a "
                  "SparseTensor<T, 3>, SubmanifoldConv2D a SparseTensor<T, 2>");
  } else if constexpr (!std::is_void_v<typename Wanted::Element> &&
                       !std::is_same_v<typename Wanted::Element, typename Kind::Element>) {
    static_assert(never<Arguments...>,
                  "sparseconv: the tensor has another element type than the layer or network takes; convert it with "
                  "cast<float>(where, tensor), or whatever type it takes, or make the layer of the tensor's type");
  } else {
    static_assert(never<Arguments...>,
                  "sparseconv: an operand lies in a memory that this policy cannot reach; bring it there with "
                  "copy_to(where, operand), or use the policy of its memory");
  }
}

}  // namespace sparseconv::inline v0_1
