#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_type.hpp"
#include "sparseconv/points/strided_points.hpp"

namespace sparseconv::inline v0_1 {

/// A message whose members say how its points lie: sensor_msgs' PointCloud2 of ROS 1 and ROS 2, and whatever has the members of it
/// that are named here.
template <class Message>
concept PointMessage = requires(Message const& message) {
  { message.width } -> std::convertible_to<std::int64_t>;
  { message.height } -> std::convertible_to<std::int64_t>;
  { message.point_step } -> std::convertible_to<std::int64_t>;
  { message.row_step } -> std::convertible_to<std::int64_t>;
  { message.is_bigendian } -> std::convertible_to<bool>;
  { message.data.data() } -> std::convertible_to<void const*>;
  { message.data.size() } -> std::convertible_to<std::size_t>;
  { message.fields.begin()->name } -> std::convertible_to<std::string_view>;
  { message.fields.begin()->offset } -> std::convertible_to<std::int64_t>;
  { message.fields.begin()->datatype } -> std::convertible_to<std::int64_t>;
};

/// What a message writes for a type of numbers.
///
/// Throws: FormatError if it is no number from 1 to 8.
[[nodiscard]] inline ScalarType type_of_message_field(std::string_view name, std::int64_t datatype) {
  constexpr std::array types{ScalarType::int8,  ScalarType::uint8,  ScalarType::int16,   ScalarType::uint16,
                             ScalarType::int32, ScalarType::uint32, ScalarType::float32, ScalarType::float64};
  if (datatype >= 1 && datatype <= 8) return types[static_cast<std::size_t>(datatype - 1)];
  throw FormatError({"message_points: field ", name_in_quotes(name), " has the datatype ", datatype,
                     "; a PointCloud2 has 1 (int8) to 8 (float64)"});
}

/// Throws: FormatError that says which fields there are, if a field is not.
template <class Fields>
[[noreturn]] void fail_missing_field(std::string_view column, Fields const& fields) {
  constexpr std::int64_t most = 20;  // that are shown
  std::string there;
  std::int64_t count = 0;
  for (auto const& field : fields) {
    if (count < most) there += (count == 0 ? "" : ", ") + name_in_quotes(field.name);
    ++count;
  }
  if (count > most) there += error_message({" and ", count - most, " more"});
  throw FormatError({"message_points: the message has no field ", name_in_quotes(column), "; it has ",
                     count == 0 ? "none" : there, "; name fields that are there"});
}

/// The points of a message where they lie, with the fields that `columns` names, x, y and z first: for voxelize and
/// Voxelizer::add. The message must outlive the calls.
///
/// Units:  as in the message: intensities of most drivers are 0 to 255, where networks were trained on 0 to 1.
/// Work:   none for the points. Of a field that holds several numbers (its `count`) the first is taken.
/// Throws: FormatError if a field is missing or has a datatype that there is none of. Whether the points lie in the message's bytes
///         is checked by the call that reads them.
template <PointMessage Message>
[[nodiscard]] StridedPoints message_points(Message const& message, std::vector<std::string_view> const& columns) {
  auto const* const bytes = static_cast<std::byte const*>(static_cast<void const*>(message.data.data()));
  StridedPoints points{.bytes = {bytes, static_cast<std::size_t>(message.data.size())},
                       .width = static_cast<std::int64_t>(message.width),
                       .height = static_cast<std::int64_t>(message.height),
                       .point_step = static_cast<std::int64_t>(message.point_step),
                       .row_step = static_cast<std::int64_t>(message.row_step),
                       .byte_order = message.is_bigendian ? std::endian::big : std::endian::little};
  points.fields.reserve(columns.size());
  for (std::string_view const column : columns) {
    auto const field = std::find_if(message.fields.begin(), message.fields.end(),
                                    [&](auto const& candidate) { return std::string_view(candidate.name) == column; });
    if (field == message.fields.end()) fail_missing_field(column, message.fields);
    points.fields.push_back({std::string(column), static_cast<std::int64_t>(field->offset),
                             type_of_message_field(column, static_cast<std::int64_t>(field->datatype))});
  }
  return points;
}

/// Of a message that ends with the statement there is nothing to show.
template <PointMessage Message>
requires(!std::is_lvalue_reference_v<Message>) StridedPoints
    message_points(Message&&, std::vector<std::string_view> const&) {
  static_assert(never<Message>,
                "sparseconv: message_points shows the points where they lie in the message, which ends with the "
                "statement: give it a name first");
  return {};
}

}  // namespace sparseconv::inline v0_1
