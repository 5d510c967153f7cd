#pragma once

#include "sparseconv/low/e.hpp"
