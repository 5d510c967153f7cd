#pragma once

/// The version of the library; CMake reads it from here.
#define SPARSECONV_VERSION_MAJOR 0
#define SPARSECONV_VERSION_MINOR 1
#define SPARSECONV_VERSION_PATCH 0
