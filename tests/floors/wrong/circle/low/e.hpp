#pragma once

#include "sparseconv/low/d.hpp"
