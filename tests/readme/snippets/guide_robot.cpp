// The snippets of docs/guide/robot.md, among what they need.
#include <sparseconv/sparseconv.hpp>

#include <cstdint>
#include <string>
#include <vector>
namespace sc = sparseconv;

namespace between_two_files {

#include "guide_robot/messages_of_ros_and_clouds_of_pcl.inc"

inline void read(Scan const& scan) {
#include "guide_robot/messages_of_ros_and_clouds_of_pcl_2.inc"
  static_cast<void>(points);
}

}  // namespace between_two_files
