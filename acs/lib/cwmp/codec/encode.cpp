#include "cwmp/codec/bare_writer.hpp"
#include "cwmp/codec/codec.hpp"
#include "cwmp/codec/message_writer.hpp"
#include "cwmp/codec/prefixes.hpp"
#include "cwmp/codec/soap_context.hpp"

#include <new>

namespace cwmp {
namespace {

/// Gives the thread's output back whatever happens.
class Writing {
public:
    Writing(std::string& out, Dialect const& dialect) : output_{codec::SoapOutput::of_thread()}
    {
        output_.start(out, dialect);
    }
    Writing(Writing const&) = delete;
    Writing& operator=(Writing const&) = delete;
    ~Writing() { output_.finish(); }

    /// Memory is the only thing that writing to memory can lack.
    void write(Envelope const& envelope)
    {
        if (codec::write_envelope(output_, envelope) != 0)
            throw std::bad_alloc{};
    }

private:
    codec::SoapOutput& output_;
};

}  // namespace

std::string encode(Envelope const& envelope, Dialect const& dialect)
{
    if (std::holds_alternative<Empty>(envelope.message))
        return {};
    if (auto const* notification = std::get_if<Notification>(&envelope.message))
        return codec::write_bare(*notification, dialect);
    if (auto const* request = std::get_if<XmppConnectionRequest>(&envelope.message))
        return codec::write_bare(*request, dialect);
    std::string out;
    Writing{out, dialect}.write(envelope);
    if (codec::has_own_prefixes(dialect))
        return codec::with_prefixes_of(dialect, out);
    return out;
}

}  // namespace cwmp
