#include "run_network/gpu/run_on_gpu.cuh"

template run_network::Results run_network::run_on_gpu<float>(RunOptions const&, sparseconv::Network const&,
                                                             SiteList const&);
