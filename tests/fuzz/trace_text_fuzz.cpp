// Any bytes are a trace or refused. What is read as one is written so that the same is read again.
#include "domain/trace_text.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    auto const trace = domain::trace_of({reinterpret_cast<char const*>(data), size});
    if (!trace)
        return 0;
    auto const text = domain::to_text(*trace);
    auto const again = domain::trace_of(text);
    if (!again || domain::to_text(*again) != text) {
        std::fprintf(stderr, "it is written differently the second time:\n%s\n", text.c_str());
        std::abort();
    }
    return 0;
}
