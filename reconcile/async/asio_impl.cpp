// The one translation unit that compiles the non-template parts of Asio and Beast (see the definitions
// BOOST_*_SEPARATE_COMPILATION in the top-level CMakeLists.txt).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
