#include "sparseconv/index/cpu/rulebook_assembly.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/policies.hpp"
#include "support/rulebook_pairs.hpp"

namespace sparseconv::cpu_rulebook_assembly_test {
namespace {

using test::pairs_of;
using test::RulePair;

/// Finds pairs by a function of (begin, end, lists).
template <class Find>
class Finder final : public on_cpu::PairFinder {
 public:
  Finder(std::int64_t count, Find const& find) : count_(count), find_(find) {}
  [[nodiscard]] std::int64_t count() const override { return count_; }
  void find(std::int64_t begin, std::int64_t end, on_cpu::PairLists& lists) const override { find_(begin, end, lists); }

 private:
  std::int64_t count_;
  Find find_;
};

TEST(RulebookAssembly, PutsElementsOneBehindTheOther) {
  // The finder finds output o with input o for element 0, nothing for 1, and only (5, 6) for 2.
  Finder const finder{7, [](std::int64_t begin, std::int64_t end, on_cpu::PairLists& lists) {
                        for (std::int64_t o = begin; o < end; ++o)
                          lists.append(0, on_cpu::pack_pair(static_cast<Row>(o), static_cast<Row>(o)));
                        if (end == 7) lists.append(2, on_cpu::pack_pair(5, 6));
                      }};
  auto const rules = on_cpu::RulebookAssembly(3, 3, 10, 7, std::nullopt).assemble(cpu, finder);
  EXPECT_EQ(std::vector<std::int64_t>(rules.view().offsets.begin(), rules.view().offsets.end()),
            (std::vector<std::int64_t>{0, 7, 7, 8}));
  EXPECT_EQ(pairs_of(rules).back(), (RulePair{2, 5, 6}));
  EXPECT_EQ(rules.view().input_count, 10);
  EXPECT_EQ(rules.view().output_count, 7);

  // Four times as many threads are more than an int holds. One stretch starts none of them.
  auto const same = on_cpu::RulebookAssembly(3, 3, 10, 7, std::nullopt).assemble(cpu.threads(1 << 30), finder);
  EXPECT_EQ(pairs_of(same), pairs_of(rules));
}

TEST(RulebookAssembly, FindsHalfOfASymmetricMapAndListsEachRowOnce) {
  // A 3 x 3 kernel on a set of its own: elements 0 to 3 are found; 4 is the identity; 5 to 8 are 3 to 0 swapped.
  on_cpu::RulebookAssembly const assembly(9, 3, 3, 3, 4);
  EXPECT_EQ(assembly.found_elements(), 4);
  Finder const finder{
      3, [](std::int64_t, std::int64_t, on_cpu::PairLists& lists) { lists.append(0, on_cpu::pack_pair(1, 2)); }};
  auto const rules = assembly.assemble(test::OnCpu<1>::policy(), finder);
  EXPECT_EQ(pairs_of(rules), (std::vector<RulePair>{{0, 1, 2}, {4, 0, 0}, {4, 1, 1}, {4, 2, 2}, {8, 2, 1}}));
  EXPECT_EQ(rules.view().identity, std::optional<std::int64_t>(4));
  EXPECT_EQ(rules.bytes(), 10 * 8 + 5 * 4);
}

TEST(RulebookAssembly, FindsEveryElementWhereTheIdentityIsNotInTheMiddle) {
  on_cpu::RulebookAssembly const assembly(2, 2, 3, 3, 0);
  EXPECT_EQ(assembly.found_elements(), 2);
  Finder const finder{3, [](std::int64_t begin, std::int64_t end, on_cpu::PairLists& lists) {
                        for (std::int64_t o = begin; o < end; ++o)
                          lists.append(0, on_cpu::pack_pair(static_cast<Row>(o), static_cast<Row>(o)));
                        for (std::int64_t o = begin; o + 1 < end; ++o) {
                          lists.append(1, on_cpu::pack_pair(static_cast<Row>(o + 1), static_cast<Row>(o)));
                        }
                      }};
  EXPECT_EQ(pairs_of(assembly.assemble(test::OnCpu<1>::policy(), finder)),
            (std::vector<RulePair>{{0, 0, 0}, {0, 1, 1}, {0, 2, 2}, {1, 1, 0}, {1, 2, 1}}));
}

TEST(RulebookAssembly, JoinsTilesInOrderOnAnyNumberOfThreads) {
  // Tiles of all elements by a stretch of the outputs, of some rows of the kernel, of one row by few outputs. Every 997th element
  // has pairs: element e with the outputs that e % 13 + 1 divides.
  for (std::int64_t const row_width : {15, 100, 20000}) {
    std::int64_t const elements = row_width == 15 ? 15 : 20000;
    std::int64_t const outputs = 5000;
    Finder const finder{outputs, [](std::int64_t begin, std::int64_t end, on_cpu::PairLists& lists) {
                          for (std::int64_t e = (lists.first_element() + 996) / 997 * 997; e < lists.end_element();
                               e += 997) {
                            for (std::int64_t o = begin; o < end; ++o) {
                              if (o % (e % 13 + 1) == 0)
                                lists.append(e, on_cpu::pack_pair(static_cast<Row>(o / 2), static_cast<Row>(o)));
                            }
                          }
                        }};
    std::vector<RulePair> expected;
    for (std::int64_t e = 0; e < elements; e += 997) {
      for (std::int64_t o = 0; o < outputs; o += e % 13 + 1) {
        expected.push_back({e, static_cast<Row>(o / 2), static_cast<Row>(o)});
      }
    }
    test::for_each_cpu_policy([&](CpuPolicy const& where) {
      auto const rules =
          on_cpu::RulebookAssembly(elements, row_width, 10000, outputs, std::nullopt).assemble(where, finder);
      EXPECT_EQ(rules.element_count(), elements);
      EXPECT_EQ(pairs_of(rules), expected) << where.thread_count();
    });
  }
}

TEST(RulebookAssembly, MakesAnEmptyRulebook) {
  Finder const never{0, [](std::int64_t, std::int64_t, on_cpu::PairLists const&) { FAIL(); }};
  for (std::optional<std::int64_t> const identity : {std::optional<std::int64_t>(), std::optional<std::int64_t>(1)}) {
    auto const rules = on_cpu::RulebookAssembly(3, 3, 0, 0, identity).assemble(cpu, never);
    EXPECT_EQ(rules.element_count(), 3);
    EXPECT_EQ(rules.pair_count(), 0);
  }
}

}  // namespace
}  // namespace sparseconv::cpu_rulebook_assembly_test
