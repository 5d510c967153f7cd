#pragma once

#include <cxxabi.h>

#include <cstddef>
#include <cstdlib>
#include <map>
#include <string>
#include <typeinfo>

#include "support/emulated_block.hpp"

namespace sparseconv::ptx {

/// Where one thread of a for_each stands in its grid.
struct ThreadPlace {
  unsigned tid_x, tid_y;
  unsigned ctaid_x, ctaid_y;
  unsigned ntid_x, ntid_y;
  unsigned nctaid_x, nctaid_y;
};

/// A kernel as nvcc compiled it: what one thread does, with the operands of the launch, each by its address.
template <class Place>
struct Entry {
  void (*run)(Place place, std::byte const* const* operands) = nullptr;
  std::size_t bytes = 0;  ///< of the last operand: of the kernel's or the body's struct
  int threads = 0;        ///< of a block
};

/// The kernels of one translated PTX file, by the type of their kernel or body.
struct Entries {
  std::map<std::string, Entry<test::EmulatedBlock&>> kernels;  // run_kernel
  std::map<std::string, Entry<ThreadPlace const&>> lists;      // for_each over a list
  std::map<std::string, Entry<ThreadPlace const&>> tables;     // for_each over a table

  static Entries const& all();
};

/// What translate.py writes, once a program.
void add_entries(Entries& entries);

inline Entries const& Entries::all() {
  static Entries const kept = [] {
    Entries entries;
    add_entries(entries);
    return entries;
  }();
  return kept;
}

/// A type as the demangler writes it, which c++filt is too.
template <class T>
std::string const& name_of() {
  static std::string const kept = [] {
    int status = 0;
    char* const text = abi::__cxa_demangle(typeid(T).name(), nullptr, nullptr, &status);
    std::string name = text != nullptr ? text : typeid(T).name();
    std::free(text);  // NOLINT: that is how it was taken
    return name;
  }();
  return kept;
}

}  // namespace sparseconv::ptx
