// Boost.URL's own code: Debian's headers have all of it, and its library is a package of its own.
#include <boost/url/src.hpp>
