// A U-Net as data: written down, shown, prepared, run, and measured; with untrained weights.

#include <sparseconv/networks.hpp>

#include <iostream>
#include <string>
namespace sc = sparseconv;

sc::Network small_unet() {
  sc::Network net("SmallUNet");
  auto x = net.input("voxels", {.axes = 3, .channels = 4});
  auto const block = [&](std::string const& name, sc::Value from, int channels) {
    auto const y = net.submanifold_conv(name, from, {.out_channels = channels});
    return net.activate(net.batch_norm(name + ".norm", y), sc::relu);
  };
  auto const skip = block("stem", x, 16);
  auto const down = net.sparse_conv("down", skip, {.out_channels = 32, .kernel_size = 3, .stride = 2, .padding = 1});
  auto const inner = block("inner", net.activate(down, sc::relu), 32);
  auto const up = net.inverse_conv("up", inner, {.out_channels = 16, .undoes = down});  // back onto the sites of skip
  x = block("tail", net.concatenate({up, skip}), 16);
  net.output("classes", net.softmax(net.linear("head", x, {.out_channels = 5})));
  return net;
}

int main() {
  // Points of x, y, z in metres and intensity, along a line; voxels of 10 cm.
  sc::PointCloud cloud{.columns = 4, .values = {}};
  for (int i = 0; i < 1000; ++i) {
    float const t = static_cast<float>(i) * 0.01F;
    cloud.values.insert(cloud.values.end(), {t, 10 - t, 1, 0.5F});
  }
  auto const voxels =
      sc::voxelize(sc::cpu, cloud, {.voxel_size = {.1F, .1F, .1F}, .low = {0, 0, 0}, .high = {10, 10, 4}});

  sc::Network const net = small_unet();
  std::cout << net << '\n';
  auto const engine = sc::prepare<float>(sc::cpu, net);
  auto const classes = engine(sc::cpu, voxels.tensor);
  std::cout << classes.size() << " voxels of " << classes.channels() << " classes\n\n"
            << to_string(sc::profile(sc::cpu, engine, voxels.tensor));
}
