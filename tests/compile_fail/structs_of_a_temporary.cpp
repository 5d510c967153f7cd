// expect: strided_points shows the structs where they lie, and these end with the statement: give them a name first
// errors: 1
#include <cstddef>
#include <vector>

#include "sparseconv/points/strided_points.hpp"

struct Point {
  float x, y, z;
};

std::vector<Point> scan();

auto points() {
  return sparseconv::strided_points(scan(),
                                    {{"x", offsetof(Point, x)}, {"y", offsetof(Point, y)}, {"z", offsetof(Point, z)}});
}
