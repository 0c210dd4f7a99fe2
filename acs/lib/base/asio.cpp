// Asio and Beast are compiled here once for the whole program (BOOST_ASIO_SEPARATE_COMPILATION and
// BOOST_BEAST_SEPARATE_COMPILATION are defined everywhere).
#include <boost/asio/impl/src.hpp>
