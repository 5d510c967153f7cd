// expect: -mfpmath=387 loses the promise of equal bits
// flags: -O1 -mfpmath=387
#include "sparseconv/config.hpp"
