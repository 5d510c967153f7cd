// expect: view() is a view of a cloud that ends with this statement; give the cloud a name first
// errors: 1
#include "sparseconv/points/point_cloud.hpp"

sparseconv::PointCloud read();
auto const points = read().view();
