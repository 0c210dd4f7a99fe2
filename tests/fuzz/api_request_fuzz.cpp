// Queries, cursors and bodies of requests to the API: any bytes are either read or refused. The first line is a URL's
// query, the rest a task's body.
#include "api/query.hpp"
#include "api/router.hpp"
#include "api/task_request.hpp"
#include "api/views.hpp"
#include "cli/text.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void read_query(std::string_view text)
{
    api::Query query{text};
    static_cast<void>(query.text("where"));
    static_cast<void>(query.limit());
    static_cast<void>(query.wait(std::chrono::seconds{300}));
    auto const after = query.after('d');
    if (!after.empty() && api::read_cursor('d', api::make_cursor('d', after)) != after)
        std::abort();
    if (auto const problem = query.problem(); !problem)
        static_cast<void>(api::to_response(problem.error()));
}

/// What was read is shown without a fault.
void read_task(std::string_view body)
{
    auto const task = api::read_task_request(body, base::TimePoint{}, 100);
    if (!task) {
        static_cast<void>(api::to_response(task.error()));
        return;
    }
    domain::TaskRow row{};
    row.task = *task;
    row.result = body;
    static_cast<void>(boost::json::serialize(api::view_of(row)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const line = text.substr(0, text.find('\n'));
    read_query(line);
    static_cast<void>(api::match("GET", line));
    static_cast<void>(cli::shortened(cli::escaped(line), 20));
    read_task(text.substr(std::min(line.size() + 1, text.size())));
    return 0;
}
