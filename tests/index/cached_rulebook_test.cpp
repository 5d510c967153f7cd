#include "sparseconv/index/cached_rulebook.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "support/error_message.hpp"
#include "support/meeting.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::cached_rulebook_test {
namespace {

using test::same_rules;

constexpr auto regular = OutputDefinition::regular;

template <class Where>
class CachedIndex : public ::testing::Test {};
TYPED_TEST_SUITE(CachedIndex, test::Policies);

SiteSet<2> some_sites() {
  return test::random_site_set(Grid<2>{.shape = {20, 20}}, 100, 1);
}

TYPED_TEST(CachedIndex, GivesTheSameAnswerByIdentity) {
  auto const& where = TypeParam::policy();
  SiteSet<2> const inputs = some_sites();
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  SiteSet<2> const outputs = cached_output_sites(where, inputs, geometry, regular);
  EXPECT_TRUE(cached_output_sites(seq, inputs, geometry, regular).is(outputs));
  auto const rules = cached_rulebook(where, inputs, outputs, geometry);
  EXPECT_EQ(cached_rulebook(seq, inputs, outputs, geometry), rules);
  EXPECT_TRUE(same_rules(*rules, build_rulebook(seq, inputs, outputs, geometry)));
}

// A rulebook that nobody would build, put in the place of the right one: the map has its pairs.
TYPED_TEST(CachedIndex, MakesARowMapOfTheRulebookThatIsKept) {
  auto const& where = TypeParam::policy();
  SiteSet<2> const inputs = some_sites();
  SiteSet<2> const empty(inputs.grid(), {});
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  auto const right = cached_row_map(where, inputs, inputs, geometry);
  EXPECT_TRUE(test::same_map(right->view(), build_row_map(seq, inputs, inputs, geometry).view()));

  SiteSet<2> const others = some_sites();
  auto& cache = others.derived().template get<IndexCache<2, HostMemory>>(stream_resource(where));
  cache.keep(others, geometry, build_rulebook(seq, empty, others, geometry));
  auto const map = cached_row_map(where, others, others, geometry);
  EXPECT_TRUE(test::same_map(map->view(), build_row_map(seq, empty, others, geometry).view()));
  EXPECT_EQ(cached_row_map(where, others, others, geometry), map);
}

// The way back is made of what the way there left: again something that nobody would build, a rulebook or a row map.
TYPED_TEST(CachedIndex, TurnsRoundWhatIsKept) {
  auto const& where = TypeParam::policy();
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  auto const check = [&](auto const& leave) {
    SiteSet<2> const inputs = some_sites();
    SiteSet<2> const outputs = cached_output_sites(where, inputs, geometry, regular);
    leave(inputs.derived().template get<IndexCache<2, HostMemory>>(stream_resource(where)), inputs, outputs);
    auto const map = cached_exchanged_row_map(where, inputs, outputs, geometry);
    EXPECT_EQ(cached_exchanged_row_map(where, inputs, outputs, geometry), map);
    EXPECT_EQ(cached_row_map(where, outputs, inputs, geometry.exchanged()), map);
    return test::same_map(map->view(), build_row_map(seq, outputs, inputs, geometry.exchanged()).view());
  };
  EXPECT_TRUE(check([](auto&, auto const&, auto const&) {}));
  EXPECT_TRUE(check([&](auto& cache, auto const& inputs, auto const& outputs) {
    cache.keep(outputs, geometry, build_row_map(where, inputs, outputs, geometry));
  }));
  EXPECT_FALSE(check([&](auto& cache, auto const& inputs, auto const& outputs) {
    cache.keep(outputs, geometry, build_rulebook(where, inputs, outputs, KernelGeometry<2>{.kernel_size = 3}));
  }));
  EXPECT_FALSE(check([&](auto& cache, auto const& inputs, auto const& outputs) {
    cache.keep(outputs, geometry, build_row_map(where, inputs, outputs, KernelGeometry<2>{.kernel_size = 3}));
  }));
}

TYPED_TEST(CachedIndex, KeepsNothingForSamePadding) {
  SiteSet<2> const inputs = some_sites();
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  EXPECT_TRUE(cached_output_sites(TypeParam::policy(), inputs, geometry, OutputDefinition::submanifold).is(inputs));
  EXPECT_EQ(inputs.derived_bytes(), 0);
}

TEST(PeerFailures, Item2NoCachedMapIsEverStale) {
  // One input set, asked in turn with every other geometry and with targets of one size: each answer is its own.
  SiteSet<2> const inputs = some_sites();
  std::vector<SiteSet<2>> const targets{inputs, test::random_site_set(inputs.grid(), 100, 2),
                                        test::random_site_set(inputs.grid(), 100, 3)};
  std::vector<KernelGeometry<2>> geometries;
  for (int const kernel : {2, 3}) {
    for (int const stride : {1, 2}) {
      for (int const padding : {0, 1}) {
        for (int const dilation : {1, 2}) {
          geometries.push_back({.kernel_size = kernel, .stride = stride, .padding = padding, .dilation = dilation});
        }
      }
    }
  }
  for (int round = 0; round < 2; ++round) {
    for (auto const& geometry : geometries) {
      for (auto const& target : targets) {
        ASSERT_TRUE(
            same_rules(*cached_rulebook(cpu, inputs, target, geometry), build_rulebook(seq, inputs, target, geometry)))
            << "round " << round << ", stride " << geometry.stride[0];
      }
      for (auto const definition : {regular, OutputDefinition::floor}) {
        ASSERT_EQ(test::cells_of(cached_output_sites(cpu, inputs, geometry, definition)),
                  test::cells_of(output_sites(seq, inputs, geometry, definition)));
      }
    }
  }
}

TEST(CachedIndexMemory, IsCountedWithThatOfGeneratedSetsAndReleased) {
  SiteSet<2> const inputs = some_sites();
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  std::weak_ptr<void const> outputs_identity;
  std::int64_t expected = 0;
  {
    SiteSet<2> const outputs = cached_output_sites(cpu, inputs, geometry, regular);
    outputs_identity = outputs.identity();
    expected += outputs.bytes();
    EXPECT_EQ(inputs.derived_bytes(), expected);
    expected += cached_rulebook(cpu, inputs, outputs, geometry)->bytes();
    expected += cached_rulebook(cpu, outputs, outputs, KernelGeometry<2>{.kernel_size = 3, .padding = 1})->bytes();
    EXPECT_EQ(inputs.derived_bytes(), expected);
  }
  EXPECT_FALSE(outputs_identity.expired()) << "a generated set stays for the next call";
  EXPECT_EQ(inputs.derived_bytes(), expected);
  inputs.release_derived();
  EXPECT_EQ(inputs.derived_bytes(), 0);
  EXPECT_TRUE(outputs_identity.expired());
  SiteSet<2> const again = cached_output_sites(cpu, inputs, geometry, regular);
  EXPECT_TRUE(same_rules(*cached_rulebook(cpu, inputs, again, geometry), build_rulebook(seq, inputs, again, geometry)));
}

TEST(CachedIndexMemory, HasNoCircleOfOwners) {
  // Down and up again: A owns B, which it generated; B's map back to A, which was given, must not own A.
  std::weak_ptr<void const> a_identity;
  std::weak_ptr<void const> b_identity;
  {
    SiteSet<2> const a = some_sites();
    KernelGeometry<2> const geometry{.kernel_size = 2, .stride = 2};
    SiteSet<2> const b = cached_output_sites(cpu, a, geometry, regular);
    cached_rulebook(cpu, a, b, geometry);
    cached_rulebook(cpu, b, a, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
    cached_rulebook(cpu, a, a, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
    cached_output_sites(cpu, a, KernelGeometry<2>{.kernel_size = 3, .padding = 1}, OutputDefinition::submanifold);
    cached_hash_table(cpu, a);
    a_identity = a.identity();
    b_identity = b.identity();
  }
  EXPECT_TRUE(a_identity.expired());
  EXPECT_TRUE(b_identity.expired());
}

TEST(CachedIndexThreads, AskingAtOnceGetOneAnswer) {
  KernelGeometry<3> const down{.kernel_size = 3, .stride = 2, .padding = 1};
  for (int round = 0; round < 5; ++round) {
    SiteSet<3> const inputs = test::random_site_set(Grid<3>{.shape = {20, 20, 20}}, 2000, 4);
    std::array<std::shared_ptr<Rulebook<> const>, 4> rules;
    std::array<std::shared_ptr<HashTable<3> const>, 4> tables;
    std::array<SiteSet<3>, 4> outputs;
    test::Meeting start(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        auto const& where = i % 2 == 0 ? test::OnCpu<2>::policy() : test::OnCpu<3>::policy();  // teams in common
        start.arrive_and_wait();
        outputs[i] = cached_output_sites(where, inputs, down, regular);
        rules[i] = cached_rulebook(where, inputs, outputs[i], down);
        tables[i] = cached_hash_table(where, inputs);
      });
    }
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 1; i < 4; ++i) {
      EXPECT_TRUE(outputs[i].is(outputs[0]));
      EXPECT_EQ(rules[i], rules[0]);
      EXPECT_EQ(tables[i], tables[0]);
    }
    EXPECT_TRUE(same_rules(*rules[0], build_rulebook(seq, inputs, outputs[0], down)));
  }
}

TEST(CachedIndexThreads, ReleasingWhileAnotherWorksIsSafe) {
  SiteSet<2> const inputs = some_sites();
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  Rulebook<> const expected = build_rulebook(seq, inputs, inputs, geometry);
  std::thread releasing([&] {
    for (int i = 0; i < 200; ++i) inputs.release_derived();
  });
  bool all_right = true;
  for (int i = 0; i < 200; ++i) all_right &= same_rules(*cached_rulebook(cpu, inputs, inputs, geometry), expected);
  releasing.join();
  EXPECT_TRUE(all_right);
}

TEST(CachedIndexErrors, LeaveNothingBehind) {
  SiteSet<2> const inputs = some_sites();
  EXPECT_THROW(cached_output_sites(cpu, inputs, KernelGeometry<2>{.kernel_size = 21}, regular), ShapeError);
  EXPECT_THROW(cached_rulebook(cpu, inputs, inputs, KernelGeometry<2>{.padding = -1}), ShapeError);
  EXPECT_EQ(inputs.derived_bytes(), 0);
}

// Each set keeps the next, 100,000 in a row: a destructor for each inside the one before would need more stack than there is.
TEST(CachedOutputSites, MayFollowOneAnotherInChainsOfAnyLength) {
  KernelGeometry<1> const one_step{.kernel_size = 1, .padding = 1};
  std::vector<Coordinate<1>> const start{{0, {0}}};
  SiteSet<1> first = test::sites_of(Grid<1>{}, start);
  auto const walk = [&] {
    SiteSet<1> sites = first;
    for (int i = 0; i < 100000; ++i) sites = cached_output_sites(seq, sites, one_step, OutputDefinition::regular);
    return sites.identity();
  };
  std::weak_ptr<void const> last = walk();
  EXPECT_FALSE(last.expired());
  EXPECT_EQ(first.derived_bytes(), 100000 * static_cast<std::int64_t>(sizeof(Coordinate<1>)));
  first.release_derived();
  EXPECT_TRUE(last.expired());
  EXPECT_EQ(first.derived_bytes(), 0);
  last = walk();
  first = SiteSet<1>();
  EXPECT_TRUE(last.expired());
}

}  // namespace
}  // namespace sparseconv::cached_rulebook_test
