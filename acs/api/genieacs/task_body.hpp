#pragma once

#include "api/problem.hpp"
#include "base/clock.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace api::genieacs {

/// A task as our own API takes it, made of one as GenieACS takes it.
struct TranslatedTask {
    boost::json::object body;  ///< {"kind":"set",...}
    std::string file_name;     ///< of a download: the stored file whose id is still to be put in; or empty
    std::string refreshed;     ///< of a refresh: what is read anew, without a dot at its end
};

/// Reads the body of a task. Fails with 400 and every bad field. Members that GenieACS does not know either are passed
/// over, as it does.
[[nodiscard]] Outcome<TranslatedTask> translate_task(std::string_view body, base::TimePoint now);

}  // namespace api::genieacs
