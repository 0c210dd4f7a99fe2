// Any bytes are a request or an answer, or refused; whether they come at once or one by one makes no difference. What
// the header says is given to every reader of header values.
#include "net/authorization.hpp"
#include "net/client_login.hpp"
#include "net/forwarded.hpp"
#include "net/request_reader.hpp"
#include "net/response_reader.hpp"
#include "net/url.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::uint32_t header_bytes = 4'096;

struct Seen {
    bool complete = false;
    bool failed = false;
    std::string body;
    std::string fields;
};

/// Feeds a reader as a connection does: what it does not use is given again with more behind it.
template <class Reader>
Seen feed(Reader& reader, std::string_view bytes, std::size_t step)
{
    using Progress = typename Reader::Progress;
    Seen seen;
    net::BodyReceiver receiver{{nullptr, false, net::ContentCoding::identity, {1 << 20, 50}, nullptr}};
    std::string held;
    auto progress = Progress::need_more;
    while (!bytes.empty() && progress != Progress::complete && progress != Progress::failed) {
        held += bytes.substr(0, step);
        bytes.remove_prefix(std::min(step, bytes.size()));
        for (bool again = true; again && !held.empty();) {
            std::size_t used = 0;
            progress = reader.feed(held, used);
            if (used > held.size())
                std::abort();
            held.erase(0, used);
            if (progress == Progress::head)
                reader.receive_body(receiver);
            again = progress == Progress::head;
        }
    }
    seen.complete = progress == Progress::complete;
    seen.failed = progress == Progress::failed;
    seen.body = receiver.memory();
    seen.fields = reader.head().headers.wire();
    return seen;
}

void expect_same(Seen const& a, Seen const& b)
{
    if (a.complete && b.complete && (a.body != b.body || a.fields != b.fields))
        std::abort();
    if ((a.complete && b.failed) || (a.failed && b.complete))
        std::abort();
}

void read_values(net::Headers const& headers)
{
    static_cast<void>(net::find_cookie(headers, "session"));
    static_cast<void>(net::forwarded_peer(headers, {}, {}));
    net::ClientLogin login{{"user", "password"}};
    if (login.learn(headers))
        static_cast<void>(login.authorization("GET", "/"));
    for (std::size_t i = 0; i < headers.size(); ++i) {
        auto const value = headers[i].value;
        static_cast<void>(net::parse_authorization(value));
        if (auto const url = net::parse_url(value))
            if (auto const again = net::parse_url(url->to_string()); !again || again->target != url->target)
                std::abort();
        static_cast<void>(net::resolve_url({}, value));
        static_cast<void>(net::parse_content_coding(value));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const bytes{reinterpret_cast<char const*>(data), size};
    net::RequestReader whole_request{header_bytes};
    net::RequestReader split_request{header_bytes};
    auto const request = feed(whole_request, bytes, bytes.size() + 1);
    expect_same(request, feed(split_request, bytes, 1));
    net::ResponseReader whole_answer{header_bytes, false};
    net::ResponseReader split_answer{header_bytes, false};
    auto const answer = feed(whole_answer, bytes, bytes.size() + 1);
    expect_same(answer, feed(split_answer, bytes, 1));
    read_values(whole_request.head().headers);
    read_values(whole_answer.head().headers);
    return 0;
}
