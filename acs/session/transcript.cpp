#include "session/transcript.hpp"

#include <algorithm>

namespace session {

namespace {

constexpr std::size_t longest_header = 200;  ///< bytes

/// The memory that a text takes.
std::size_t cost_of(std::string const& text) noexcept
{
    return text.empty() ? 0 : text.capacity();
}

}  // namespace

Transcript::Transcript(Transcript&& other) noexcept
    : memory_{other.memory_},
      begin_{other.begin_},
      most_{other.most_},
      bytes_{std::exchange(other.bytes_, 0)},
      missing_{other.missing_},
      messages_{std::move(other.messages_)},
      headers_{std::move(other.headers_)}
{
}

Transcript& Transcript::operator=(Transcript&& other) noexcept
{
    if (this == &other)
        return *this;
    clear();
    memory_ = other.memory_;
    begin_ = other.begin_;
    most_ = other.most_;
    bytes_ = std::exchange(other.bytes_, 0);
    missing_ = other.missing_;
    messages_ = std::move(other.messages_);
    headers_ = std::move(other.headers_);
    return *this;
}

void Transcript::clear() noexcept
{
    memory_->give_back(std::exchange(bytes_, 0));
    messages_.clear();
}

void Transcript::hear(base::TimePoint now, std::string body)
{
    Message message{.is_from_cpe = true};
    message.at = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_);
    message.bytes = body.size();
    message.text = std::move(body);
    add(std::move(message));
}

void Transcript::say(base::TimePoint now, unsigned status, std::string const& body)
{
    Message message{.status = status};
    message.at = std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_);
    message.bytes = body.size();
    if (body.size() <= most_)
        message.text = body;
    else
        message.is_dropped = true;
    add(std::move(message));
}

void Transcript::note_header(std::string_view name, std::string_view value)
{
    if (!value.empty())
        headers_.push_back(std::string{name} + ": " + std::string{value.substr(0, longest_header)});
}

void Transcript::add(Message message)
{
    while (messages_.size() >= most_messages)
        forget_first();
    auto const size = cost_of(message.text);
    if (size > most_) {
        message.is_dropped = true;
    } else {
        while (bytes_ + size > most_)
            forget_first();
        message.is_dropped = message.is_dropped || !memory_->take(size);
    }
    if (message.is_dropped)
        message.text = std::string{};
    else
        bytes_ += size;
    messages_.push_back(std::move(message));
}

void Transcript::forget_first() noexcept
{
    auto const& first = messages_.front();
    bytes_ -= cost_of(first.text);
    memory_->give_back(cost_of(first.text));
    messages_.pop_front();
    ++missing_;
}

}  // namespace session
