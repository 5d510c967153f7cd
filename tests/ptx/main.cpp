#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ptx/entries.hpp"
#include "ptx/ptx_gpu.hpp"

namespace {

/// Lists what nvcc compiled and no test ran; returns how much of the rest there is.
template <class Table>
std::size_t count_run(Table const& table, std::string const& kind) {
  std::size_t count = 0;
  for (auto const& [name, entry] : table) {
    bool const ran = sparseconv::ptx::have_run().contains(name);
    count += ran ? 1 : 0;
    if (!ran) std::printf("not run: %s %s\n", kind.c_str(), name.c_str());
  }
  return count;
}

}  // namespace

// A kernel or body without PTX is an error of the test that asks for it. Beyond that the program says how many ran, and
// fails if none did, or, with --every-kernel, if one did not.
int main(int argc, char** argv) {
  using sparseconv::ptx::Entries;
  ::testing::InitGoogleTest(&argc, argv);
  bool const every = argc > 1 && std::strcmp(argv[1], "--every-kernel") == 0;
  int const failed = RUN_ALL_TESTS();
  Entries const& entries = Entries::all();
  std::size_t const all = entries.kernels.size() + entries.lists.size() + entries.tables.size();
  std::size_t const run = count_run(entries.kernels, "kernel") + count_run(entries.lists, "for_each of a list,") +
                          count_run(entries.tables, "for_each of a table,");
  std::printf("of %zu kernels that nvcc compiled, %zu ran\n", all, run);
  return failed != 0 || run == 0 || (every && run < all) ? EXIT_FAILURE : EXIT_SUCCESS;
}
