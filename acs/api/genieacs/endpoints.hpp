#pragma once

#include "api/call.hpp"

#include <string_view>

/// The northbound API of GenieACS under /compat/genieacs, so that the scripts that people have go on working.
namespace api::genieacs {

// devices.cpp
Answer list_devices(Call call);
Answer remove_device(Call call);
Answer add_tag(Call call);
Answer remove_tag(Call call);

// tasks.cpp
Answer create_task(Call call);
Answer list_tasks(Call call);
Answer retry_task(Call call);
Answer remove_task(Call call);

// faults.cpp
Answer list_faults(Call call);
Answer remove_fault(Call call);

// files.cpp
Answer list_files(Call call);
Answer put_file(Call call);
Answer remove_file(Call call);
/// Checks what an upload says of itself and opens the place its body goes to. `name`: the segment of its path.
[[nodiscard]] Outcome<net::BodyPolicy> receive_file(Context const& context, net::RequestHead const& head,
                                                    std::string_view name);

// refused.cpp
/// A list that is always empty.
Answer list_nothing(Call call);
Answer refuse_preset(Call call);
Answer refuse_provision(Call call);
Answer refuse_virtual_parameter(Call call);
Answer refuse_ping(Call call);

}  // namespace api::genieacs
