// expect: Network::add: additions name themselves; call net.add(first, second)
// errors: 1
#include "sparseconv/network/network.hpp"

sparseconv::Value sum(sparseconv::Network& net, sparseconv::Value a, sparseconv::Value b) {
  return net.add("sum", a, b);
}
