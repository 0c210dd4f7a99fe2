// Any bytes are read as a dump of GenieACS's devices or refused, and it does not matter in which pieces they come.
#include "cli/genieacs_dump.hpp"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

/// All that was made of the bytes, as one text.
std::string read(std::string_view bytes, std::size_t piece_bytes)
{
    cli::GenieDump dump;
    std::string made;
    auto const drain = [&] {
        while (auto const item = dump.next())
            if (auto const* const device = std::get_if<cli::DumpedDevice>(&*item)) {
                if (device->serial_number.empty())
                    std::abort();
                made += device->id + '/' + device->oui + '/' + device->product_class + '/' + device->serial_number;
                for (auto const& tag : device->tags)
                    made += '#' + tag;
                made += '\n';
            } else {
                made += std::get<cli::DumpProblem>(*item).reason + '\n';
            }
    };
    while (!bytes.empty()) {
        auto const piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        auto const taken = dump.push(piece);
        drain();
        if (!taken)
            return made + taken.error().what;
    }
    auto const finished = dump.finish();
    return made + (finished ? "" : finished.error().what);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    if (bytes.starts_with("\x1f\x8b")) {
        static_cast<void>(read(bytes, size));
    } else if (read(bytes, size) != read(bytes, 7)) {
        std::cerr << "the pieces matter\n";
        std::abort();
    }
    return 0;
}
