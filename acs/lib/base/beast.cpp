// Beast, compiled once for all (BOOST_BEAST_SEPARATE_COMPILATION), with assertions that throw.
#define BOOST_ENABLE_ASSERT_HANDLER
#include "base/broken_assumption.hpp"

#include <boost/beast/src.hpp>

#include <string_view>

namespace boost {

void assertion_failed(char const* expression, char const*, char const*, long)
{
    // An empty chunked body that is cut before its last LF has four bytes left; nothing depends on the fifth.
    if (std::string_view{expression} != "n >= 5")
        throw base::BrokenAssumption{expression};
}

void assertion_failed_msg(char const* expression, char const*, char const*, char const*, long)
{
    throw base::BrokenAssumption{expression};
}

}  // namespace boost
