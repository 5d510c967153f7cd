// What the GPU can do, whatever the library does: bandwidth of copies, tensor cores with and without reading their
// operands, gathers, and what calls of the CUDA runtime cost. Estimates of the convolution stand on these.

#include <array>

#include "gpu_graph/captured.cuh"
#include "support/gpu_limit_kernels.cuh"
#include "support/gpu_scenes.cuh"
#include "support/gpu_timing.cuh"
#include "support/gpu_yardsticks.cuh"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

int attribute(cudaDeviceAttr which) {
  int device = 0;
  sc::check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  int value = 0;
  sc::check_cuda(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
  return value;
}

/// Where kernels of compute capability 8.0 do something.
bool can_run(benchmark::State& state, sc::GpuPolicy const& where) {
  if (where.compute_capability() >= 80) return true;
  state.SkipWithError("needs compute capability 8.0");
  return false;
}

void copy(benchmark::State& state, sc::GpuPolicy const& where) {
  std::int64_t const bytes = std::int64_t{1} << 30;
  bs::GpuBuffer<float> const from = bs::random_numbers_on_gpu<float>(where, bytes / 4, 1);
  bs::GpuBuffer<float> to(where.memory(), from.size());
  double const time =
      bs::measure_on_gpu(state, where, [&] { where.copy_on_device(to.data(), from.data(), from.bytes()); });
  state.counters["TB/s"] = 2 * static_cast<double>(bytes) / time / 1e12;
}

template <int Rows, int Channels, bs::WarpStep Step>
void multiply(benchmark::State& state, sc::GpuPolicy const& where, int blocks_each) {
  if (!can_run(state, where)) return;
  constexpr int steps = 4096;
  int const blocks = attribute(cudaDevAttrMultiProcessorCount) * blocks_each;
  bs::GpuBuffer<float> never_written(where.memory(), 1);
  double const time = bs::measure_on_gpu(state, where, [&] {
    bs::warp_steps<Rows, Channels, Step><<<static_cast<unsigned>(blocks), bs::limit_threads, 0, where.stream()>>>(
        steps, bs::stage_bytes, never_written.data());
    sc::check_cuda(cudaGetLastError(), "warp_steps");
  });
  double const warp_steps = static_cast<double>(blocks) * (bs::limit_threads / 32) * steps;
  if (Step != bs::WarpStep::reads) state.counters["TFLOP/s"] = 2.0 * Rows * Channels * 32 * warp_steps / time / 1e12;
  if (Step != bs::WarpStep::products) state.counters["TB/s"] = (Rows + Channels) * 64.0 * warp_steps / time / 1e12;
}

template <int Rows, int Channels, bs::WarpStep Step>
void add_multiply(std::shared_ptr<bs::GpuStream> const& stream, std::string const& name) {
  for (int const blocks_each : {2, 3}) {
    bs::add("tensor_cores/" + name + "/warp:" + std::to_string(Rows) + "x" + std::to_string(Channels) +
                "/blocks:" + std::to_string(blocks_each),
            [stream, blocks_each](benchmark::State& state) {
              multiply<Rows, Channels, Step>(state, stream->where(), blocks_each);
            });
  }
}

/// Rows of `row_bytes` each that lie in so many megabytes.
struct Gathered {
  std::int64_t megabytes;
  int row_bytes;
  bs::RowOrder order;
};

template <int Bytes, bs::Placement Where>
void gather(benchmark::State& state, sc::GpuPolicy const& where, Gathered const& given) {
  if (!can_run(state, where)) return;
  constexpr int steps = 200;
  constexpr int shared_bytes = bs::gather_stages * 128 * bs::gather_pitch<Bytes, Where>;
  int const blocks = attribute(cudaDevAttrMultiProcessorCount) * 12;
  std::int64_t const count = std::int64_t{blocks} * steps * 128;
  std::int64_t const bytes = given.megabytes * 1'000'000;
  auto const memory = bs::random_numbers_on_gpu<float>(where, bytes / 4, 1);
  bs::GpuBuffer<std::int32_t> rows(where.memory(), count);
  where.for_each(count, bs::WriteRowsToGather{rows.data(), bytes / given.row_bytes, given.order});
  auto const kernel = bs::gather_rows<Bytes, Where>;
  sc::check_cuda(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared_bytes),
                 "cudaFuncSetAttribute");
  double const time = bs::measure_on_gpu(state, where, [&] {
    kernel<<<static_cast<unsigned>(blocks), bs::limit_threads, shared_bytes, where.stream()>>>(
        reinterpret_cast<char const*>(memory.data()), rows.data(), static_cast<unsigned>(given.row_bytes), steps);
    sc::check_cuda(cudaGetLastError(), "gather_rows");
  });
  state.counters["TB/s"] = static_cast<double>(count) * Bytes / time / 1e12;
}

template <int Bytes, bs::Placement Where>
void add_gather(std::shared_ptr<bs::GpuStream> const& stream, Gathered const& given) {
  bs::add("gather/" + std::string(given.order == bs::RowOrder::rising ? "rising" : "random") +
              "/set_MB:" + std::to_string(given.megabytes) + "/row:" + std::to_string(given.row_bytes) +
              "/bytes:" + std::to_string(Bytes) + "/pitch:" + std::to_string(bs::gather_pitch<Bytes, Where>),
          [stream, given](benchmark::State& state) { gather<Bytes, Where>(state, stream->where(), given); });
}

/// Costs what a launch costs.
__global__ void do_nothing() {}

constexpr int launches = 1000;

void launch_all(sc::GpuPolicy const& where) {
  for (int i = 0; i < launches; ++i) do_nothing<<<1, 32, 0, where.stream()>>>();
  sc::check_cuda(cudaGetLastError(), "do_nothing");
}

void launch(benchmark::State& state, sc::GpuPolicy const& where, bool in_graph) {
  cudaGraphExec_t const graph = in_graph ? gpu_graph::captured(where.stream(), [&] { launch_all(where); }) : nullptr;
  double const time = bs::measure_on_gpu(state, where, [&] {
    if (in_graph) {
      sc::check_cuda(cudaGraphLaunch(graph, where.stream()), "cudaGraphLaunch");
    } else {
      launch_all(where);
    }
  });
  state.counters["us_each"] = time / launches * 1e6;
  if (in_graph) sc::check_cuda(cudaGraphExecDestroy(graph), "cudaGraphExecDestroy");
}

/// What a call costs the host. Fewer calls in a row than a stream's queue holds, so that none waits for the GPU.
template <class Call>
void time_on_host(benchmark::State& state, sc::GpuPolicy const& where, Call const& call) {
  constexpr int calls = 256;
  auto const all = [&] {
    for (int i = 0; i < calls; ++i) call();
  };
  all();
  std::vector<double> times;
  for (auto unused : state) {
    static_cast<void>(unused);
    where.wait();
    times.push_back(bs::seconds(all));
    state.SetIterationTime(times.back());
  }
  where.wait();
  state.counters["us_each"] = bs::median(times) / calls * 1e6;
}

void allocate(benchmark::State& state, sc::GpuPolicy const& where) {
  cudaMemPoolProps properties{};
  properties.allocType = cudaMemAllocationTypePinned;
  properties.location.type = cudaMemLocationTypeDevice;
  sc::check_cuda(cudaGetDevice(&properties.location.id), "cudaGetDevice");
  cudaMemPool_t pool = nullptr;
  sc::check_cuda(cudaMemPoolCreate(&pool, &properties), "cudaMemPoolCreate");
  std::uint64_t keep_all = std::numeric_limits<std::uint64_t>::max();
  sc::check_cuda(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep_all), "cudaMemPoolSetAttribute");
  time_on_host(state, where, [&] {
    void* memory = nullptr;
    sc::check_cuda(cudaMallocFromPoolAsync(&memory, 1 << 20, pool, where.stream()), "cudaMallocFromPoolAsync");
    sc::check_cuda(cudaFreeAsync(memory, where.stream()), "cudaFreeAsync");
  });
  sc::check_cuda(cudaMemPoolDestroy(pool), "cudaMemPoolDestroy");
}

void ask_capture(benchmark::State& state, sc::GpuPolicy const& where) {
  time_on_host(state, where, [&] {
    cudaStreamCaptureStatus status{};
    unsigned long long id = 0;
    int device = 0;
    sc::check_cuda(cudaStreamGetCaptureInfo(where.stream(), &status, &id), "cudaStreamGetCaptureInfo");
    sc::check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  });
}

void set_attribute(benchmark::State& state, sc::GpuPolicy const& where) {
  int const most = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
  time_on_host(state, where, [&] {
    sc::check_cuda(cudaFuncSetAttribute(bs::gather_rows<128, bs::Placement::swizzled>,
                                        cudaFuncAttributeMaxDynamicSharedMemorySize, most),
                   "cudaFuncSetAttribute");
  });
}

void copy_and_wait(benchmark::State& state, sc::GpuPolicy const& where) {
  bs::GpuBuffer<float> const numbers = bs::random_numbers_on_gpu<float>(where, 10, 1);
  std::array<float, 10> here{};
  time_on_host(state, where, [&] {
    sc::check_cuda(cudaMemcpyAsync(here.data(), numbers.data(), sizeof(here), cudaMemcpyDeviceToHost, where.stream()),
                   "cudaMemcpyAsync");
    where.wait();
  });
}

}  // namespace

int main(int argc, char** argv) {
  return bs::run_on_gpu(argc, argv, [&] {
    auto const stream = std::make_shared<bs::GpuStream>();
    auto const add = [&](std::string const& name, auto const& body) {
      bs::add(name, [stream, body](benchmark::State& state) { body(state, stream->where()); });
    };
    add("copy/GB:1", copy);
    using bs::WarpStep;
    add_multiply<64, 32, WarpStep::products>(stream, "products");
    add_multiply<64, 32, WarpStep::reads_and_products>(stream, "ldmatrix_and_products");
    add_multiply<64, 64, WarpStep::reads_and_products>(stream, "ldmatrix_and_products");
    add_multiply<64, 32, WarpStep::reads>(stream, "ldmatrix");
    using bs::Placement;
    for (bs::RowOrder const order : {bs::RowOrder::random, bs::RowOrder::rising}) {
      for (std::int64_t const megabytes : {16, 117, 468}) {
        add_gather<64, Placement::padded>(stream, {megabytes, 128, order});
        add_gather<64, Placement::swizzled>(stream, {megabytes, 128, order});
        add_gather<128, Placement::padded>(stream, {megabytes, 128, order});
        add_gather<128, Placement::swizzled>(stream, {megabytes, 128, order});
        add_gather<128, Placement::swizzled>(stream, {megabytes, 512, order});
      }
    }
    add("launch/one_by_one", [](auto& state, auto const& where) { launch(state, where, false); });
    add("launch/graph", [](auto& state, auto const& where) { launch(state, where, true); });
    add("host/launch", [](auto& state, auto const& where) {
      time_on_host(state, where, [&] { do_nothing<<<1, 32, 0, where.stream()>>>(); });
    });
    add("host/pool_allocation", allocate);
    add("host/capture_and_device", ask_capture);
    add("host/set_attribute", set_attribute);
    add("host/copy_of_40_bytes_and_wait", copy_and_wait);
  });
}
