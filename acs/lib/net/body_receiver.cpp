#include "net/body_receiver.hpp"

#include <algorithm>

namespace net {

namespace {

constexpr std::uint64_t most_reserved = 64 * 1024;  ///< bytes: a header alone must not cost more

}  // namespace

BodyReceiver::BodyReceiver(Settings settings) : settings_{settings}
{
    if (settings_.coding != ContentCoding::identity && !settings_.discard)
        inflater_.emplace(settings_.coding, settings_.limits);
}

BodyReceiver::~BodyReceiver()
{
    if (settings_.budget)
        settings_.budget->give_back(budgeted_);
}

bool BodyReceiver::fail(Fault fault) noexcept
{
    fault_ = fault;
    return false;
}

void BodyReceiver::reserve(std::uint64_t bytes)
{
    if (!settings_.sink && !settings_.discard)
        memory_.reserve(std::min({bytes, most_reserved, settings_.limits.bytes}));
}

bool BodyReceiver::store(std::string_view part)
{
    bytes_ += part.size();
    if (bytes_ > settings_.limits.bytes)
        return fail(Fault::too_large);
    if (settings_.discard)
        return true;
    if (settings_.sink) {
        auto const written = settings_.sink->write(part);
        if (!written)
            reason_ = written.error().what;
        return written || fail(Fault::sink);
    }
    if (settings_.budget) {
        if (!settings_.budget->take(part.size()))
            return fail(Fault::busy);
        budgeted_ += part.size();
    }
    memory_ += part;
    return true;
}

bool BodyReceiver::take(std::string_view piece)
{
    if (!inflater_)
        return store(piece);
    auto const done = inflater_->inflate(piece, [this](std::string_view part) { return store(part); });
    if (done)
        return true;
    if (done.error() == InflateError::too_large)
        return fail(Fault::too_large);
    return done.error() == InflateError::refused ? false : fail(Fault::malformed);
}

bool BodyReceiver::finish()
{
    // An empty body may carry a Content-Encoding: there is nothing to inflate.
    if (!inflater_ || inflater_->is_complete() || inflater_->is_untouched())
        return true;
    return fail(Fault::malformed);
}

}  // namespace net
