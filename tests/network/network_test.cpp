// A network as data: what its nodes give, which sites they share, their numbers, and what is refused.
#include "sparseconv/network/network.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::network_test {
namespace {

using test::message_of;

struct UNet {
  Network net{"UNet"};
  Value x = net.input("voxels", {.axes = 3, .channels = 4});
  Value stem = net.submanifold_conv("stem", x, {.out_channels = 8});
  Value down = net.sparse_conv("down", stem, {.out_channels = 16, .kernel_size = 3, .stride = 2, .padding = 1});
  Value up = net.inverse_conv("up", down, {.out_channels = 8, .undoes = down});
};

std::int32_t sites(Network const& net, Value value) {
  return net.graph().type(value).sites;
}

TEST(Network, KnowsAxesChannelsAndSitesOfEveryValue) {
  UNet u;
  EXPECT_EQ(u.net.graph().type(u.down).channels, 16);
  EXPECT_EQ(u.net.graph().type(u.down).axes, 3);
  EXPECT_EQ(sites(u.net, u.stem), sites(u.net, u.x)) << "submanifold";
  EXPECT_NE(sites(u.net, u.down), sites(u.net, u.x));
  EXPECT_EQ(sites(u.net, u.up), sites(u.net, u.x)) << "inverse";
  Value const joined = u.net.concatenate({u.up, u.stem});
  EXPECT_EQ(u.net.graph().type(joined).channels, 16);
}

TEST(Network, HasTheSameSitesForTheSameGeometry) {
  UNet u;
  SparseConvOptions const same{.out_channels = 3, .kernel_size = {3, 3, 3}, .stride = 2, .padding = {1, 1, 1}};
  EXPECT_EQ(sites(u.net, u.net.sparse_conv("other", u.x, same)), sites(u.net, u.down));
  Value const pooled = u.net.pool("pool", u.x, {.kernel_size = 3, .stride = {2, 2, 2}, .padding = 1});
  EXPECT_EQ(sites(u.net, pooled), sites(u.net, u.down)) << "a pooling, too";
  Value const apart = u.net.sparse_conv("apart", u.x, {.out_channels = 3, .stride = 2});
  EXPECT_NE(sites(u.net, apart), sites(u.net, u.down)) << "another padding";
  Value const onto = u.net.transposed_conv("onto", u.down, {.out_channels = 2, .stride = 2, .padding = 1, .onto = u.x});
  EXPECT_EQ(sites(u.net, onto), sites(u.net, u.x));
}

TEST(Network, KnowsTheSitesOfFurtherInputsAndOfRowsOfParents) {
  UNet u;
  Value const beside = u.net.input_beside("integers", u.x, 1);
  EXPECT_EQ(sites(u.net, beside), sites(u.net, u.x));
  EXPECT_EQ(u.net.graph().type(beside).channels, 1);
  EXPECT_EQ(u.net.inputs(), (std::vector<Value>{u.x, beside}));
  Value const third = u.net.input_beside("third", beside, 2);
  EXPECT_EQ(sites(u.net, third), sites(u.net, u.x));
  Value const table = u.net.embedding("table", beside, {.count = 7, .out_channels = 3});
  EXPECT_EQ(u.net.graph().type(table).channels, 3);
  EXPECT_EQ(sites(u.net, table), sites(u.net, u.x));
  EXPECT_EQ(u.net.parameter("table.weight").shape, (std::vector<std::int64_t>{7, 3}));
  Value const taken = u.net.unpool(u.down, table);
  EXPECT_EQ(u.net.graph().type(taken).channels, 16);
  EXPECT_EQ(sites(u.net, taken), sites(u.net, u.x));
  EXPECT_EQ(u.net.graph().node(taken).name, "unpool7");
}

TEST(Network, KnowsTheSitesOfLevelsThatAreJoinedAndChosen) {
  UNet u;
  Value const scaled = u.net.scale_sites(u.down, u.x);
  EXPECT_EQ(u.net.graph().node(scaled).name, "scale_sites4");
  EXPECT_EQ(u.net.graph().type(scaled).channels, 16);
  EXPECT_EQ(sites(u.net, u.net.scale_sites(u.down, u.stem, {2, 2, 2})), sites(u.net, scaled));
  EXPECT_NE(sites(u.net, u.net.scale_sites(u.down, u.x, 3)), sites(u.net, scaled));
  EXPECT_NE(sites(u.net, u.net.scale_sites(u.down, u.down)), sites(u.net, scaled));
  Value const any = u.net.unite_sites({u.x, scaled});
  EXPECT_EQ(u.net.graph().type(any).channels, 0) << "sites alone";
  EXPECT_EQ(sites(u.net, u.net.unite_sites({u.stem, scaled})), sites(u.net, any));
  EXPECT_EQ(sites(u.net, u.net.unite_sites({scaled, u.x, scaled})), sites(u.net, any)) << "in any order";
  EXPECT_NE(sites(u.net, u.net.intersect_sites({u.x, scaled})), sites(u.net, any));
  EXPECT_EQ(sites(u.net, u.net.unite_sites({u.x, u.stem, u.up})), sites(u.net, u.x));
  Value const put = u.net.onto_sites(u.stem, any);
  EXPECT_EQ(sites(u.net, put), sites(u.net, any));
  EXPECT_EQ(u.net.graph().type(put).channels, 8);
  Value const map = u.net.axis_pool(put, 0, Pooling::max);
  EXPECT_EQ(sites(u.net, u.net.axis_pool(put, 0, Pooling::sum)), sites(u.net, map));
  EXPECT_NE(sites(u.net, u.net.axis_pool(put, 1, Pooling::max)), sites(u.net, map));
  EXPECT_EQ(sites(u.net, u.net.global_pool(map, Pooling::max)), sites(u.net, u.net.global_pool(u.x, Pooling::max)));
  EXPECT_FALSE(u.net.graph().sites_are_chosen(map));

  Value const score = u.net.linear("score", map, {.out_channels = 1});
  Value const some = u.net.sites_above(score, 0.5);
  EXPECT_NE(sites(u.net, u.net.sites_above(score, 0.5)), sites(u.net, some)) << "each chooses";
  EXPECT_EQ(u.net.graph().node(u.net.sites_of_largest(score, 3)).name, "sites_of_largest22");
  EXPECT_TRUE(u.net.graph().sites_are_chosen(some));
  EXPECT_FALSE(u.net.graph().sites_are_chosen(score));
  Value const fewer = u.net.sparse_conv("fewer", u.net.onto_sites(map, some), {.out_channels = 1});
  EXPECT_TRUE(u.net.graph().sites_are_chosen(fewer)) << "so are those derived from them";
  EXPECT_TRUE(u.net.graph().sites_are_chosen(u.net.unite_sites({map, some})));
}

TEST(Network, HasOneRowABatchItemAfterAGlobalPooling) {
  UNet u;
  Value const mean = u.net.global_pool(u.down, Pooling::average);
  Value const most = u.net.global_pool(u.down, Pooling::max);
  EXPECT_EQ(u.net.graph().type(mean).kind, ValueKind::items);
  EXPECT_EQ(sites(u.net, mean), sites(u.net, most));
  Value const score = u.net.linear("score", mean, {.out_channels = 5});
  EXPECT_EQ(u.net.graph().type(score).kind, ValueKind::items);
  Value const spread = u.net.broadcast(score, u.x);
  EXPECT_EQ(sites(u.net, spread), sites(u.net, u.x));
  EXPECT_EQ(u.net.graph().type(spread).channels, 5);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return u.net.sparse_conv("conv", score, {.out_channels = 1}).node; }),
      "UNet, conv: 'score' has one row a batch item, from which no geometry leads to other sites; use a linear node");
  EXPECT_EQ(
      message_of<ShapeError>(
          [&] { return u.net.transposed_conv("conv", score, {.out_channels = 1, .onto = mean}).node; }),
      "UNet, conv: 'score' has one row a batch item, from which no geometry leads to other sites; use a linear node");
  // A kernel of one cell and stride 1 has the numbers that a pooling's origin has; it is another set of sites all the same.
  Value const cell = u.net.sparse_conv("cell", u.down, {.out_channels = 1, .kernel_size = 1});
  EXPECT_EQ(u.net.graph().type(cell).kind, ValueKind::sparse);
  EXPECT_NE(sites(u.net, cell), sites(u.net, mean));
}

TEST(Network, HasTheSameBatchItemsOnEveryLevel) {
  UNet u;
  Value const coarse = u.net.global_pool(u.down, Pooling::average);
  Value const fine = u.net.global_pool(u.x, Pooling::average);
  EXPECT_EQ(sites(u.net, coarse), sites(u.net, fine));
  EXPECT_EQ(u.net.graph().type(u.net.concatenate({coarse, fine})).channels, 16 + 4);
  Value const other = u.net.input("other", {.axes = 3, .channels = 1});
  EXPECT_NE(sites(u.net, u.net.global_pool(other, Pooling::average)), sites(u.net, fine)) << "another batch";
}

TEST(Network, HasItsNumbersByName) {
  UNet u;
  Value const norm = u.net.batch_norm("norm", u.up);
  u.net.linear("head", norm, {.out_channels = 3});
  EXPECT_EQ(u.net.parameter("stem.weight").shape, (std::vector<std::int64_t>{27, 4, 8}));
  EXPECT_EQ(u.net.parameter("up.weight").shape, (std::vector<std::int64_t>{27, 16, 8}));
  EXPECT_EQ(u.net.parameter("head.weight").shape, (std::vector<std::int64_t>{8, 3}));
  EXPECT_EQ(u.net.parameter("head.bias").values, std::vector<float>(3, 0.0F));
  EXPECT_EQ(u.net.parameter("norm.running_var").values, std::vector<float>(8, 1.0F));
  EXPECT_EQ(u.net.parameter("norm.weight").values, std::vector<float>(8, 1.0F));
  EXPECT_EQ(u.net.parameter("norm.running_mean").values, std::vector<float>(8, 0.0F));
  EXPECT_EQ(u.net.parameter_count(), 27 * (4 * 8 + 8 * 16 + 16 * 8) + 2 * 8 + 8 * 3 + 3) << "no statistics";
  EXPECT_NE(u.net.parameter("stem.weight").values, Network(u.net).parameter("up.weight").values);
  EXPECT_EQ(message_of<ShapeError>([&] {
              (void)u.net.parameter("stem.bias");
              return 0;
            }),
            "UNet: there is no parameter 'stem.bias'; its names are those of parameters()");
}

TEST(Network, DrawsTheSameNumbersForASeed) {
  auto const weights = [](std::uint64_t seed) {
    Network net("n", seed);
    (void)net.linear("a", net.input("x", {.channels = 2}), {.out_channels = 3});
    return net.parameter("a.weight").values;
  };
  EXPECT_EQ(weights(7), weights(7));
  EXPECT_NE(weights(7), weights(8));
}

TEST(Network, NamesWhatIsNotNamed) {
  Network net;
  Value const x = net.input("add3", {.channels = 2});
  Value const y = net.activate(x, relu);
  (void)net.add(x, y);
  Value const sum = net.add(x, y);  // node 3, whose name is taken
  EXPECT_EQ(net.graph().node(sum).name, "add4");
  EXPECT_EQ(net.graph().find("add2"), Value{2});
}

TEST(Network, IsMadeOfNodesAndNumbersThatAreThere) {
  UNet u;
  Network const made(u.net.graph(), u.net.parameters(), 7);
  EXPECT_EQ(made.name(), "UNet");
  EXPECT_EQ(made.graph().size(), u.net.graph().size());
  EXPECT_EQ(made.parameter("down.weight").values, u.net.parameter("down.weight").values);
  EXPECT_TRUE(made.outputs().empty());
  auto const said = [&](auto const& change) {
    Network::Parameters parameters = u.net.parameters();
    change(parameters);
    return message_of<ShapeError>([&] { return Network(u.net.graph(), parameters).parameter_count(); });
  };
  EXPECT_EQ(said([](auto&) {}), "nothing was thrown");
  EXPECT_EQ(said([](auto& parameters) { parameters.erase("up.weight"); }),
            "UNet: there is no parameter 'up.weight'; its names are those of parameters()");
  EXPECT_EQ(said([](auto& parameters) {
              parameters.at("stem.weight").shape = {27, 8, 4};
            }),
            "UNet: parameter 'stem.weight' has 864 numbers of a shape 27 x 8 x 4; the node takes 27 x 4 x 8");
  EXPECT_EQ(said([](auto& parameters) { parameters.at("stem.weight").values.pop_back(); }),
            "UNet: parameter 'stem.weight' has 863 numbers of a shape 27 x 4 x 8; the node takes 27 x 4 x 8");
  EXPECT_EQ(said([](auto& parameters) {
              parameters["stem.bias"] = {{8}, std::vector<float>(8)};
            }),
            "UNet: parameter 'stem.bias' belongs to no node, or to one that does not take it; leave it out, or add the "
            "node");
}

TEST(Network, RefusesFeaturesOfSitesAlone) {
  UNet u;
  Value const any = u.net.unite_sites({u.x, u.net.scale_sites(u.down, u.x)});
  std::int32_t const before = u.net.graph().size();
  std::string const said =
      ": 'unite_sites5' has sites and no features; bring those of another value there by onto_sites(value, sites)";
  auto const message = [&](auto const& call) { return message_of<ShapeError>([&] { return call().node; }); };
  EXPECT_EQ(message([&] { return u.net.linear("a", any, {.out_channels = 1}); }), "UNet, a" + said);
  EXPECT_EQ(message([&] { return u.net.add(u.net.onto_sites(u.x, any), any); }), "UNet, add7" + said);
  EXPECT_EQ(message([&] { return u.net.onto_sites(any, u.x); }), "UNet, onto_sites7" + said);
  EXPECT_EQ(message([&] {
              u.net.output("sites", any);
              return u.x;
            }),
            "UNet, output 'sites'" + said);
  EXPECT_EQ(u.net.graph().size(), before + 1);
  Value const items = u.net.global_pool(u.x, Pooling::max);
  EXPECT_EQ(message([&] { return u.net.onto_sites(items, u.x); }),
            "UNet, onto_sites8: 'global_pool7' has one row a batch item, from which no geometry leads to other sites; "
            "use a linear node");
}

TEST(Network, RefusesWhatDoesNotFit) {
  UNet u;
  auto const said = [&](auto const& call) { return message_of<ShapeError>([&] { return call().node; }); };
  std::int32_t before = u.net.graph().size();
  std::size_t const sites_before = u.net.graph().sites().size();
  EXPECT_EQ(said([&] { return u.net.linear("stem", u.x, {.out_channels = 1}); }),
            "UNet: there is a node 'stem' already; give each a name of its own");
  EXPECT_EQ(said([&] { return u.net.linear("", u.x, {.out_channels = 1}); }), "UNet: a node has no name; give it one");
  EXPECT_EQ(said([&] { return u.net.linear("a", Value{9}, {.out_channels = 1}); }),
            "UNet, a: value 9 is none of the 4 nodes so far; give what a node of this network gave");
  EXPECT_EQ(said([&] { return u.net.linear("a", u.x, {}); }), "UNet, a: 0 channels; give at least 1");
  EXPECT_EQ(said([&] { return u.net.input("a", {.axes = 9, .channels = 1}); }),
            "UNet, a: an input of 9 axes; give 1 to 8");
  EXPECT_EQ(said([&] { return u.net.input("a", {.axes = 2, .channels = 1}); }),
            "UNet, a: an input of 2 axes in a network of 3; all inputs must have as many");
  EXPECT_EQ(said([&] {
              (void)u.net.graph().type(Value{});
              return u.x;
            }),
            "UNet, node: value -1 is none of the 4 nodes so far; give what a node of this network gave");
  EXPECT_EQ(said([&] {
              return u.net.sparse_conv("a", u.x, {.out_channels = 1, .kernel_size = {3, 3}});
            }),
            "UNet, a: kernel_size has 2 numbers for an input of 3 axes; give one number for each axis, or one for all");
  EXPECT_EQ(said([&] { return u.net.sparse_conv("a", u.x, {.out_channels = 1, .stride = 0}); }),
            "UNet, a: stride is 0 x 0 x 0; every stride must be at least 1");
  EXPECT_EQ(said([&] { return u.net.add(u.x, u.down); }),
            "UNet, add4: 'voxels' lies on the sites that 'voxels' has, 'down' on those that 'down' has; give values on "
            "the same sites");
  EXPECT_EQ(said([&] { return u.net.add(u.x, u.stem); }),
            "UNet, add4: 'voxels' has 4 channels, 'stem' 8; they must be equal");
  EXPECT_EQ(said([&] { return u.net.concatenate({}); }),
            "UNet, concatenate4: nothing to concatenate; give at least one value");
  EXPECT_EQ(
      said([&] { return u.net.inverse_conv("a", u.up, {.out_channels = 1, .undoes = u.down}); }),
      "UNet, a: 'up' lies on the sites that 'voxels' has, 'down' on those that 'down' has; give values on the same "
      "sites");
  EXPECT_EQ(said([&] { return u.net.inverse_conv("a", u.up, {.out_channels = 1, .undoes = u.up}); }),
            "UNet, a: node 'up' has no kernel to undo; name a convolution or a pooling");
  EXPECT_EQ(said([&] { return u.net.inverse_conv("a", u.down, {.out_channels = 1, .undoes = {}}); }),
            "UNet, a: undoes is not told; give the convolution or pooling that led to the sites of the input");
  EXPECT_EQ(said([&] { return u.net.batch_norm("a", u.x, -1); }),
            "UNet, a: epsilon is -1; it must be finite and cannot be negative");
  EXPECT_EQ(said([&] { return u.net.global_pool(u.x, Pooling::average_over_kernel); }),
            "UNet, global_pool4: a global pooling has no kernel; use max, sum or average");
  EXPECT_EQ(said([&] { return u.net.broadcast(u.x, u.x); }),
            "UNet, broadcast4: 'voxels' onto 'voxels'; give what has one row a batch item, and what has sites");
  EXPECT_EQ(said([&] { return u.net.input_beside("a", u.stem, 1); }),
            "UNet, a: 'stem' is no input, and what a caller brings lies on the sites of one; name that");
  EXPECT_EQ(said([&] { return u.net.input_beside("a", u.x, 0); }), "UNet, a: 0 channels; give at least 1");
  EXPECT_EQ(said([&] { return u.net.embedding("a", u.x, {.count = 7, .out_channels = 3}); }),
            "UNet, a: 'voxels' has 4 channels, and an embedding takes one, of integers");
  Value const one = u.net.linear("one", u.x, {.out_channels = 1});
  ++before;
  EXPECT_EQ(said([&] { return u.net.embedding("a", one, {.out_channels = 3}); }),
            "UNet, a: a table of 0 rows; give it at least 1");
  EXPECT_EQ(said([&] { return u.net.embedding("a", one, {.count = 7}); }), "UNet, a: 0 channels; give at least 1");
  EXPECT_EQ(said([&] {
              return u.net.unpool(u.down, u.x, {2, 2, 0});
            }),
            "UNet, unpool5: stride is 2 x 2 x 0; every stride must be at least 1");
  EXPECT_EQ(
      said([&] {
        return u.net.unpool(u.down, u.x, {2, 2});
      }),
      "UNet, unpool5: stride has 2 numbers for an input of 3 axes; give one number for each axis, or one for all");
  EXPECT_EQ(said([&] { return u.net.axis_pool(u.x, 3, Pooling::max); }),
            "UNet, axis_pool5: axis 3 of an input of 3 axes; they count from 0, the slowest first");
  EXPECT_EQ(said([&] { return u.net.axis_pool(u.x, -1, Pooling::max); }),
            "UNet, axis_pool5: axis -1 of an input of 3 axes; they count from 0, the slowest first");
  EXPECT_EQ(said([&] {
              return u.net.scale_sites(u.down, u.x, {2, 0, 1});
            }),
            "UNet, scale_sites5: factor is 2 x 0 x 1; every factor must be at least 1");
  EXPECT_EQ(said([&] {
              return u.net.scale_sites(u.down, u.x, {2, 2});
            }),
            "UNet, scale_sites5: factor has 2 numbers for an input of 3 axes; give one number for each axis, or one "
            "for all");
  EXPECT_EQ(said([&] { return u.net.unite_sites({}); }),
            "UNet, unite_sites5: no sites to join; give at least one value");
  EXPECT_EQ(said([&] { return u.net.sites_above(u.x, 0); }),
            "UNet, sites_above5: 'voxels' has 4 channels, and sites are chosen by one score each");
  EXPECT_EQ(said([&] { return u.net.sites_above(one, std::numeric_limits<double>::quiet_NaN()); }),
            "UNet, sites_above5: the threshold is NaN, and nothing is above that; give a number");
  EXPECT_EQ(said([&] { return u.net.sites_of_largest(one, -1); }),
            "UNet, sites_of_largest5: -1 sites of each batch item; give a count of at least 0");
  EXPECT_EQ(
      said([&] {
        return u.net.add(
            "a",
            ConvNode{.input = u.x, .out_channels = 4, .geometry = {.kernel_size = 3, .stride = 2}, .residual = u.stem});
      }),
      "UNet, a: the residual 'stem' lies on the sites that 'voxels' has, and not on the result's; give a value on "
      "those");
  EXPECT_EQ(said([&] { return u.net.add("a", LinearNode{.input = u.x, .out_channels = 3, .residual = u.stem}); }),
            "UNet, a: the residual 'stem' has 8 channels, the result 3; they must be equal");
  EXPECT_EQ(
      message_of<CapacityError>([&] { return u.net.linear("a", u.x, {.out_channels = std::int64_t{1} << 60}).node; }),
      "UNet, a.weight: 4 x 1152921504606846976 numbers cannot be addressed; take fewer channels or a smaller "
      "kernel");
  Graph wide("Wide");
  Value const most = wide.add("x", InputNode{.axes = 1, .channels = std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(
      message_of<CapacityError>([&] {
        return wide.add("both", ConcatenateNode{{most, most}}).node;
      }),
      "Wide, both: 'x' with its 9223372036854775807 channels beside 9223372036854775807 others makes more than can "
      "be counted; take fewer channels");
  EXPECT_EQ(u.net.graph().size(), before);
  EXPECT_EQ(u.net.graph().sites().size(), sites_before) << "nothing is left of what was refused";
  EXPECT_FALSE(u.net.parameters().contains("a.weight"));
  EXPECT_EQ(message_of<ShapeError>([&] {
              u.net.output("", u.x);
              return 0;
            }),
            "UNet: there is an output '' already, or it has no name; give each one of its own");
}

}  // namespace
}  // namespace sparseconv::network_test
