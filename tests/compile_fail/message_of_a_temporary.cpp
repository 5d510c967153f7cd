// expect: message_points shows the points where they lie in the message, which ends with the statement: give it a name first
// errors: 1
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/points/message_points.hpp"

struct Message {
  struct Field {
    std::string name;
    std::uint32_t offset;
    std::uint8_t datatype;
  };
  std::uint32_t height, width;
  std::vector<Field> fields;
  bool is_bigendian;
  std::uint32_t point_step, row_step;
  std::vector<std::uint8_t> data;
};

Message message();

auto points() {
  return sparseconv::message_points(message(), {"x", "y", "z"});
}
