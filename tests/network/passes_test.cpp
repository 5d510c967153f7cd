// Folding and fusing: what is left of a network, and that nothing goes where somebody else looks.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sparseconv/network/describe.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/fuse.hpp"
#include "sparseconv/network/memory_plan.hpp"

namespace sparseconv::passes_test {
namespace {

std::vector<std::string> kinds(Network const& net) {
  std::vector<std::string> all;
  for (Node const& node : net.graph().nodes()) all.push_back(node.name + ": " + kind_of(node.operation));
  return all;
}

using Kinds = std::vector<std::string>;

TEST(FoldBatchNorms, PutsANormIntoTheConvolutionBeforeIt) {
  Network net;
  Value const x = net.input("x", {.axes = 1, .channels = 1});
  Value const conv = net.submanifold_conv("conv", x, {.out_channels = 2, .kernel_size = 1, .bias = true});
  net.output("y", net.batch_norm("norm", conv, 0));
  net.parameter("conv.weight").values = {3, 5};
  net.parameter("conv.bias").values = {1, 2};
  net.parameter("norm.weight").values = {2, 4};
  net.parameter("norm.bias").values = {10, 20};
  net.parameter("norm.running_mean").values = {7, 9};
  net.parameter("norm.running_var").values = {4, 16};
  Network const folded = fold_batch_norms(net);
  EXPECT_EQ(kinds(folded), (Kinds{"x: input", "conv: submanifold conv"}));
  // Factors are 2 / 2 and 4 / 4: bias 1 - 7 + 10, 2 - 9 + 20.
  EXPECT_EQ(folded.parameter("conv.weight").values, (std::vector<float>{3, 5}));
  EXPECT_EQ(folded.parameter("conv.bias").values, (std::vector<float>{4, 13}));
  EXPECT_EQ(folded.parameters().size(), 2U);
  EXPECT_EQ(folded.outputs()[0].value, Value{1});
}

TEST(FoldBatchNorms, LeavesWhatIsReadElsewhere) {
  Network net;
  Value const x = net.input("x", {.channels = 2});
  Value const read_twice = net.linear("read_twice", x, {.out_channels = 2});
  Value const first = net.batch_norm("first", read_twice);
  Value const sum = net.add(first, read_twice);
  Value const shown = net.linear("shown", sum, {.out_channels = 2});
  net.output("shown", shown);
  net.output("second", net.batch_norm("second", shown));
  Value const of_batch = net.linear("plain", x, {.out_channels = 2});
  net.output("third", net.batch_norm("of_batch", of_batch, 1e-5, NormStatistics::batch));
  EXPECT_EQ(kinds(fold_batch_norms(net)), kinds(net));
}

TEST(FoldBatchNorms, LeavesANormWhoseProductsDoNotFit) {
  Network net;
  Value const x = net.input("x", {.channels = 1});
  net.output("y", net.batch_norm("norm", net.linear("linear", x, {.out_channels = 1}), 0));
  net.parameter("linear.weight").values = {1e30F};
  net.parameter("norm.weight").values = {1e30F};
  Network const folded = fold_batch_norms(net);
  EXPECT_EQ(kinds(folded), kinds(net));
  EXPECT_EQ(folded.parameter("linear.weight").values, net.parameter("linear.weight").values);
}

TEST(FoldBatchNorms, LeavesANetworkThatMayGrow) {
  Network net("grows", 7);
  (void)net.linear("first", net.input("x", {.channels = 2}), {.out_channels = 2});
  Network folded = fold_batch_norms(net);
  for (Network* const either : {&net, &folded}) (void)either->linear("second", Value{1}, {.out_channels = 2});
  EXPECT_EQ(folded.parameter("second.weight").values, net.parameter("second.weight").values);
  EXPECT_NE(folded.parameter("second.weight").values, net.parameter("first.weight").values);
}

TEST(Fuse, MakesAResidualAndAnActivationOfABlock) {
  Network net;
  Value const x = net.input("x", {.channels = 2});
  Value const inner = net.activate(net.submanifold_conv("conv1", x, {.out_channels = 2}), silu);
  Value const y = net.submanifold_conv("conv2", inner, {.out_channels = 2});
  net.output("y", net.activate(net.add(x, y), relu));
  Network const fused = fuse(net);
  EXPECT_EQ(kinds(fused),
            (Kinds{"x: input", "conv1: submanifold conv + silu", "conv2: submanifold conv + residual + relu"}));
  EXPECT_EQ(std::get<ConvNode>(fused.graph().nodes()[2].operation).residual, Value{0});
}

TEST(Fuse, TakesTheLaterConvolutionForTheSum) {
  Network net;
  Value const x = net.input("x", {.channels = 2});
  Value const y = net.submanifold_conv("conv", x, {.out_channels = 3});
  Value const shortcut = net.linear("shortcut", x, {.out_channels = 3, .bias = false});
  net.output("y", net.activate(net.add(y, shortcut), relu));
  EXPECT_EQ(kinds(fuse(net)), (Kinds{"x: input", "conv: submanifold conv", "shortcut: linear + residual + relu"}));
}

TEST(Fuse, LeavesWhatIsReadElsewhere) {
  Network net;
  Value const x = net.input("x", {.channels = 2});
  Value const conv = net.submanifold_conv("conv", x, {.out_channels = 2});
  Value const active = net.activate(conv, relu);
  Value const sum = net.add(conv, active);
  Value const doubled = net.add(sum, sum);
  net.output("y", net.activate(net.activate(doubled, relu), gelu));
  EXPECT_EQ(kinds(fuse(net)), (Kinds{"x: input", "conv: submanifold conv", "activate2: relu", "add3: add",
                                     "add4: add + relu", "activate6: gelu"}));
}

TEST(PlanMemory, LetsBothProducersWriteAConcatenation) {
  Network net;
  Value const x = net.input("x", {.channels = 2});
  Value const skip = net.linear("skip", x, {.out_channels = 3});
  Value const down = net.sparse_conv("down", skip, {.out_channels = 4, .stride = 2, .padding = 1});
  Value const up = net.inverse_conv("up", down, {.out_channels = 5, .undoes = down});
  Value const joined = net.concatenate({up, skip, x});
  Value const outer = net.concatenate({skip, joined});
  net.output("y", net.linear("head", outer, {.out_channels = 1}));
  MemoryPlan const plan = plan_memory(net);
  EXPECT_EQ(plan.slot(joined).widest, outer);
  EXPECT_EQ(plan.slot(outer).channels, 3 + 10);
  EXPECT_EQ(plan.place(outer).first_channel, 0);
  EXPECT_EQ(plan.place(skip).slot, plan.place(outer).slot);
  EXPECT_EQ(plan.place(skip).first_channel, 0) << "the outer one's first part; the inner one copies it";
  EXPECT_EQ(plan.place(joined).first_channel, 3);
  EXPECT_EQ(plan.place(up).first_channel, 3);
  EXPECT_NE(plan.place(x).slot, plan.place(outer).slot) << "an input lies with the caller";
  EXPECT_EQ(plan.slot(skip).last_reader, outer.node + 1) << "the head reads it";
  EXPECT_EQ(plan.slot(down).last_reader, up.node);
  EXPECT_EQ(plan.slot({outer.node + 1}).last_reader, net.graph().size()) << "an output stays";

  MemoryPlan const apart = plan_memory(net, false);
  EXPECT_EQ(std::ssize(apart.slots), net.graph().size());
}

TEST(ToString, ShowsANetworkAsATable) {
  Network net("Small");
  Value const x = net.input("voxels", {.axes = 2, .channels = 4});
  Value const down = net.sparse_conv("down", x, {.out_channels = 16, .kernel_size = {3, 1}, .stride = 2});
  net.output("y", net.inverse_conv("up", net.activate(down, relu), {.out_channels = 4, .undoes = down}));
  EXPECT_EQ(to_string(net),
            "Small: 384 learned numbers\n"
            "node       kind          takes                     kernel  stride  channels  sites of  numbers\n"
            "voxels     input                                                          4  voxels\n"
            "down       sparse conv   voxels                    3 x 1        2        16  down          192\n"
            "activate2  relu          down                                            16  down\n"
            "up         inverse conv  activate2, sites of down  3 x 1        2         4  voxels        192\n"
            "output y: up\n");
}

TEST(ToString, ShowsEmbeddingsAndRowsOfParents) {
  Network net("Small");
  Value const x = net.input("parents", {.axes = 2, .channels = 1});
  Value const y = net.input("children", {.axes = 2, .channels = 1});
  Value const z = net.input_beside("places", y, 1);
  Value const table = net.embedding("table", z, {.count = 8, .out_channels = 1});
  net.output("y", net.add(net.unpool(x, y, {2, 3}), table));
  EXPECT_EQ(to_string(net),
            "Small: 8 learned numbers\n"
            "node      kind          takes                       kernel  stride  channels  sites of  numbers\n"
            "parents   input                                                            1  parents\n"
            "children  input                                                            1  children\n"
            "places    input beside  sites of children                                  1  children\n"
            "table     embedding     places                                             1  children        8\n"
            "unpool4   unpool        parents, sites of children          2 x 3          1  children\n"
            "add5      add           unpool4, table                                     1  children\n"
            "output y: add5\n");
}

}  // namespace
}  // namespace sparseconv::passes_test
