#pragma once

#include "storage/session_path.hpp"

#include <pqxx/pqxx>

namespace storage {

/// What the stores of the session path share. All of it outlives them.
struct SessionParts {
    BatchQueue& queue;
    PathTable& paths;
    IdSource& ids;
    base::Sealer const& sealer;
    base::Clock const& clock;
    base::Metrics& metrics;
    std::int64_t (*hash)(cwmp::DeviceId const&, unsigned);
};

/// The members of a batch as the requests they are.
template <class Request>
[[nodiscard]] Request& request(std::shared_ptr<BatchItem> const& item)
{
    return static_cast<Request&>(*item);
}

/// The first `most` bytes of a text, cut between characters: what a device says must not make a row wide.
[[nodiscard]] std::string_view shortened(std::string_view text, std::size_t most);

/// The text of a column, also one that is not there ("").
[[nodiscard]] inline std::string_view text_of(pqxx::field const& field)
{
    return {field.c_str(), field.size()};
}

}  // namespace storage
