#include "run_network/run_on_host.hpp"

template run_network::Results run_network::run_on_host<sparseconv::bfloat16>(RunOptions const&,
                                                                             sparseconv::Network const&,
                                                                             SiteList const&);
