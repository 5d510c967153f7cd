#include "run_network/run_on_host.hpp"

template run_network::Results run_network::run_on_host<float>(RunOptions const&, sparseconv::Network const&,
                                                              SiteList const&);
