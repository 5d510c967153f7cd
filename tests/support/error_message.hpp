#pragma once

#include <exception>
#include <string>

#include "sparseconv/error.hpp"

namespace sparseconv::test {

/// The sentence that `call` throws as an Exception; one that no test expects if it throws nothing or something else.
template <class Exception, class Call>
std::string message_of(Call&& call) {
  try {
    static_cast<void>(call());
  } catch (Exception const& thrown) {
    return thrown.what();
  } catch (std::exception const& thrown) {
    return std::string("another exception was thrown: ") + thrown.what();
  }
  return "nothing was thrown";
}

/// Calls `call`, which may return or throw one of the library's errors. True if it returned.
template <class Call>
bool returns_or_throws_error(Call&& call) {
  try {
    static_cast<void>(call());
  } catch (Error const&) {
    return false;
  }
  return true;
}

}  // namespace sparseconv::test
