#include "specs/value_error.h"

#include <boost/throw_exception.hpp>
#include <stdexcept>

namespace cr::specs {

void throw_exception_from_error(const ValueError& error, const boost::source_location& where) {
  boost::throw_exception(std::logic_error("unchecked value: " + error.message()), where);
}

}  // namespace cr::specs
