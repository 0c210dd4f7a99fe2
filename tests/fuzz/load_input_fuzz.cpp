// Any bytes are a ledger's line, a scenario and an HTTP answer, or refused. A line that was read is written and read
// again the same; an answer is the same whether it comes at once or byte by byte.
#include "load/answer_reader.hpp"
#include "load/ledger.hpp"
#include "load/scenario.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using Progress = sim::AnswerReader::Progress;

void read_line(std::string_view text)
{
    auto const entry = sim::parse_line(text);
    if (!entry)
        return;
    auto const again = sim::parse_line(sim::to_line(*entry));
    if (!again || (!entry->serial_number.empty() && !(*again == *entry)))
        std::abort();
}

void read_answer(std::string_view bytes)
{
    sim::AnswerReader whole;
    auto const at_once = whole.feed(bytes);
    sim::AnswerReader split;
    auto piecewise = Progress::need_more;
    for (std::size_t i = 0; i < bytes.size() && piecewise == Progress::need_more; ++i)
        piecewise = split.feed(bytes.substr(i, 1));
    if (at_once == Progress::complete && piecewise == Progress::complete &&
        (whole.status() != split.status() || whole.body() != split.body()))
        std::abort();
    if (at_once == Progress::complete) {
        static_cast<void>(whole.field("Retry-After"));
        static_cast<void>(whole.headers());
    }
    static_cast<void>(whole.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    read_line(bytes);
    read_answer(bytes);
    // Beyond ASCII it would be toml++'s tables of Unicode that are tested.
    bool const is_ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii && size < 64 * 1024)
        static_cast<void>(sim::parse_scenario(bytes, "fuzz"));
    return 0;
}
