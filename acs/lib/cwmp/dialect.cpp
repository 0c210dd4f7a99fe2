#include "cwmp/dialect.hpp"

namespace cwmp {

Dialect mirrored(EnvelopeFacts const& inform)
{
    Dialect dialect;
    dialect.namespace_digit = inform.namespace_digit.value_or(0);
    dialect.xml_declaration = inform.had_declaration;
    return dialect;
}

}  // namespace cwmp
