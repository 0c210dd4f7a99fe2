#pragma once

#include <cstddef>
#include <functional>

namespace provisioning {

/// Runs `work` on a new thread whose stack has `stack_bytes` (taken from the system only as far as it is used), waits
/// for it, and throws what it threw. Throws base::Unavailable when the thread cannot be started.
void run_on_large_stack(std::size_t stack_bytes, std::function<void()> const& work);

}  // namespace provisioning
