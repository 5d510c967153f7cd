#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/policy/is_for_calls.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/per_axis.hpp"
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

/// Finds the kind of any argument of a call: a function is none, nor what derives from a tensor that nobody else may use, or from two.
/// The name is qualified, as a program may have a kind_of of its own.
template <class Argument>
struct KindFinder {
  using Kind = TensorKind<void, 0, void>;
};
template <class Argument>
requires requires(Argument const* argument) {
  sparseconv::kind_of(argument);
}
struct KindFinder<Argument> {
  using Kind = decltype(sparseconv::kind_of(static_cast<Argument const*>(nullptr)));
};
template <class Argument>
using KindOf = typename KindFinder<std::remove_cvref_t<Argument>>::Kind;

/// Whether a type turns into what a function takes, as a named thing, a constant one or a temporary.
template <class Argument, class Taken>
inline constexpr bool turns_into = std::convertible_to<Argument const&, Taken> ||
                                   std::convertible_to<Argument&, Taken> || std::convertible_to<Argument&&, Taken>;

/// Whether a call has its policy and its tensor in place, and the policy reaches the tensor.
template <class Wanted, class... Arguments>
inline constexpr bool begins_as_wanted = false;
template <class T, int D, class Memory, class Policy, class Input, class... More>
inline constexpr bool begins_as_wanted<TensorKind<T, D, Memory>, Policy, Input, More...> = [] {
  if constexpr (!ExecutionPolicy<Policy>) {
    return false;
  } else if constexpr (!std::is_void_v<T> && D != 0 && !std::is_void_v<Memory>) {
    return reaches<Policy, Memory> && turns_into<Input, SparseTensor<T, D, Memory> const&>;
  } else {
    using Kind = KindOf<Input>;
    return Kind::axes != 0 && (D == 0 || D == Kind::axes) &&
           (std::is_void_v<T> || std::is_same_v<T, typename Kind::Element>)&&  //
           (std::is_void_v<Memory> ||
            std::is_same_v<Memory, typename Kind::Space>)&&reaches<Policy, typename Kind::Space>;
  }
}();

/// What a function takes that has no tensor of its own to compare with.
using AnyTensor = TensorKind<void, 0, void>;

template <class T, int D, class Memory>
inline constexpr bool is_for_calls<SparseTensor<T, D, Memory>> = true;
template <int D, class Memory>
inline constexpr bool is_for_calls<SiteSet<D, Memory>> = true;
template <int D>
inline constexpr bool is_for_calls<PerAxis<D>> = true;
template <int D>
inline constexpr bool is_for_calls<Grid<D>> = true;
template <class T, class Memory>
inline constexpr bool is_for_calls<MatrixView<T const, Memory>> = true;

/// Whether a call begins with a policy or a tensor, one of its arguments is a tensor, and all are for calls of the library.
template <class... Arguments>
inline constexpr bool names_a_tensor = false;
template <class First, class... More>
inline constexpr bool names_a_tensor<First, More...> = (is_for_calls<First> && ... && is_for_calls<More>)&&(
    (KindOf<First>::axes != 0) || (ExecutionPolicy<First> && ((KindOf<More>::axes != 0) || ...)));

/// Whether a call has its policy and two tensors in place, as a layer with a residual takes them: the second of the first's kind.
template <class Wanted, class... Arguments>
inline constexpr bool begins_with_two = false;
template <class Wanted, class Policy, class First, class Second, class... More>
inline constexpr bool begins_with_two<Wanted, Policy, First, Second, More...> = [] {
  if constexpr (begins_as_wanted<Wanted, Policy, First>) {
    if constexpr (KindOf<First>::axes == 0) {
      return begins_as_wanted<Wanted, Policy, Second>;  // what turns into the tensor that is wanted
    } else {
      return begins_as_wanted<KindOf<First>, Policy, Second>;
    }
  } else {
    return false;
  }
}();

/// Whether a call has its policy in place, and after it nothing but tensors, all of the first's kind.
template <class Wanted, class... Arguments>
inline constexpr bool begins_with_all = false;
template <class Wanted, class Policy, class First, class... More>
inline constexpr bool begins_with_all<Wanted, Policy, First, More...> = begins_as_wanted<Wanted, Policy, First> &&
                                                                        (std::is_same_v<KindOf<First>, KindOf<More>> &&
                                                                         ...);

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
                  "sparseconv: the call has no policy, which says where it runs; put one first: layer(sc::cpu, input), "
                  "add(sc::cpu, a, b)");
  } else if constexpr (!Begin::with_policy) {
    static_assert(never<Arguments...>, "sparseconv: the policy comes first: layer(sc::cpu, input), add(sc::cpu, a, b)");
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

/// The same of a call that takes two tensors or more, each of the first's kind.
template <class Policy, class First, class Second, class... More>
constexpr void refuse_pair() {
  using Kind = KindOf<First>;
  using Other = KindOf<Second>;
  if constexpr (Other::axes == 0) {
    static_assert(never<Second>,
                  "sparseconv: after the first tensor comes another SparseTensor: layer.with_residual(sc::cpu, input, "
                  "residual), add(sc::cpu, a, b)");
  } else if constexpr (Kind::axes != Other::axes) {
    static_assert(never<Second>, "sparseconv: the tensors of one call have the same number of axes");
  } else if constexpr (!std::is_same_v<typename Kind::Element, typename Other::Element>) {
    static_assert(never<Second>,
                  "sparseconv: the tensors of one call have the same element type; convert one with cast<float>(where, "
                  "tensor), or whatever type the other has");
  } else {
    refuse_call<Kind, Policy, Second>();
  }
}

template <class... Types>
struct TypeList {};

/// The same, where the two are not of one kind.
template <class Policy, class First, class Second>
constexpr void refuse_unless_one_kind() {
  if constexpr (!std::is_same_v<KindOf<First>, KindOf<Second>>) refuse_pair<Policy, First, Second>();
}

/// Says what is wrong with a call that must begin with a policy and two tensors; it never compiles.
template <class Wanted, class... Arguments>
constexpr void refuse_call_of_two() {
  if constexpr (!begins_as_wanted<Wanted, Arguments...>) {
    refuse_call<Wanted, Arguments...>();
  } else if constexpr (sizeof...(Arguments) < 3) {
    static_assert(never<Arguments...>,
                  "sparseconv: the call takes two tensors: layer.with_residual(sc::cpu, input, residual), "
                  "add(sc::cpu, a, b)");
  } else {
    refuse_pair<Arguments...>();
  }
}

/// Says what is wrong with a call that takes tensors of one kind after its policy; it never compiles.
template <class Wanted, class... Arguments>
constexpr void refuse_call_of_all() {
  if constexpr (!begins_as_wanted<Wanted, Arguments...>) {
    refuse_call<Wanted, Arguments...>();
  } else {
    []<class Policy, class First, class... More>(TypeList<Policy, First, More...>) {
      (refuse_unless_one_kind<Policy, First, More>(), ...);
    }(TypeList<Arguments...>{});
  }
}

/// The calls of a layer beside those that it has: each says in one sentence what is wrong, and does not compile. A layer derives from
/// this and takes it in by `using RefusedCalls<Wanted>::operator()`. The number keeps it apart where a program tells the types of a call,
/// as in `&Layer::with_residual<CpuPolicy>`.
template <class Wanted>
struct RefusedCalls {
  template <int = 0, class... Arguments>
  requires(!begins_as_wanted<Wanted, Arguments...>) RefusedTensor<Wanted, Arguments...>
  operator()(Arguments const&...) const {
    refuse_call<Wanted, Arguments...>();
    return {};
  }
};

/// The same of `with_residual`, which takes two tensors.
template <class Wanted>
struct RefusedResiduals {
  template <int = 0, class... Arguments>
  requires(!begins_with_two<Wanted, Arguments...>)
      RefusedTensor<Wanted, Arguments...> with_residual(Arguments const&...)
  const {
    refuse_call_of_two<Wanted, Arguments...>();
    return {};
  }
};

}  // namespace sparseconv::inline v0_1
