#pragma once

/// sparseconv.hpp, networks as data, and the networks of the field: a plain C++20 compiler reads it.

#include "sparseconv/compiled_networks.hpp"
#include "sparseconv/models/minkunet.hpp"
#include "sparseconv/models/pillars.hpp"
#include "sparseconv/models/pooled.hpp"
#include "sparseconv/models/reno.hpp"
#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/models/spunet.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/models/voxelnext.hpp"
#include "sparseconv/network/cell_centres.hpp"
#include "sparseconv/network/describe.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/plan.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/network/profile.hpp"
#include "sparseconv/sparseconv.hpp"
