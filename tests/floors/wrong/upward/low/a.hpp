#pragma once

#include "sparseconv/high/b.hpp"
