#include "provisioning/large_stack.hpp"

#include "base/unavailable.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <cstring>
#include <exception>

namespace provisioning {

namespace {

struct Job {
    std::function<void()> const& work;
    std::exception_ptr failure;
};

void* run(void* argument)
{
    auto& job = *static_cast<Job*>(argument);
    try {
        job.work();
    } catch (...) {
        job.failure = std::current_exception();
    }
    return nullptr;
}

/// pthread_attr_t that is destroyed with its scope.
class Attributes {
public:
    explicit Attributes(std::size_t stack_bytes)
    {
        pthread_attr_init(&attributes_);
        pthread_attr_setstacksize(&attributes_, stack_bytes);
    }
    ~Attributes() { pthread_attr_destroy(&attributes_); }
    Attributes(Attributes const&) = delete;
    Attributes& operator=(Attributes const&) = delete;

    [[nodiscard]] pthread_attr_t const* get() const noexcept { return &attributes_; }

private:
    pthread_attr_t attributes_{};
};

}  // namespace

void run_on_large_stack(std::size_t stack_bytes, std::function<void()> const& work)
{
    Attributes const attributes{stack_bytes};
    Job job{work, nullptr};
    pthread_t thread{};
    if (int const error = pthread_create(&thread, attributes.get(), &run, &job); error != 0)
        throw base::Unavailable{fmt::format("no thread with a stack of {} bytes could be started for reading SQL: {}; "
                                            "raise the limits on threads and memory of this process",
                                            stack_bytes, std::strerror(error))};
    pthread_join(thread, nullptr);
    if (job.failure)
        std::rethrow_exception(job.failure);
}

}  // namespace provisioning
