// What GenieACS has and this server does in another way.
#include "api/genieacs/document_list.hpp"
#include "api/genieacs/endpoints.hpp"

namespace api::genieacs {

namespace {

std::unexpected<Problem> refuse(std::string_view detail)
{
    return problem(422, "not_supported", std::string{detail});
}

}  // namespace

Answer list_nothing(Call call)
{
    auto const wanted = read_list_query(call);
    if (!wanted)
        co_return std::unexpected{wanted.error()};
    auto const filter = filter_of(*wanted);
    if (!filter)
        co_return std::unexpected{filter.error()};
    co_return answer_list(*wanted, *filter, {});
}

Answer refuse_preset(Call)
{
    co_return refuse(
        "There are no presets here, nor objects: what devices should be is said by rules in SQL. Write it as "
        "a rule and apply it (acsctl rules apply, or POST /api/v1/rules/apply); docs/rules.md shows how.");
}

Answer refuse_provision(Call)
{
    co_return refuse("Provisions in JavaScript are not run here: write what they declare as a rule in SQL and apply it "
                     "(acsctl rules apply, or POST /api/v1/rules/apply); docs/rules.md shows how.");
}

Answer refuse_virtual_parameter(Call)
{
    co_return refuse(
        "There are no virtual parameters here: write the expression into the rule or the search that needs "
        "it, or give it one name for all models as a setting; docs/rules.md shows how.");
}

Answer refuse_ping(Call)
{
    co_return refuse("This server does not ping hosts. Ask a device whether it is there with "
                     "POST /compat/genieacs/devices/DEVICE/tasks?connection_request, or let it ping with a task of "
                     "the kind diagnostics (POST /api/v1/devices/DEVICE/tasks).");
}

}  // namespace api::genieacs
