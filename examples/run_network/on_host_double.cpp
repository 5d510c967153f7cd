#include "run_network/run_on_host.hpp"

template run_network::Results run_network::run_on_host<double>(RunOptions const&, sparseconv::Network const&,
                                                               SiteList const&);
