#pragma once

#include "net/headers.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace sim {

/// Reads the HTTP answers of one connection, one after the other, each with a net::ResponseReader of its own; 1xx
/// answers are passed over.
class AnswerReader {
public:
    static constexpr std::size_t header_bytes = 64 * 1024;
    static constexpr std::size_t body_bytes = 8 * 1024 * 1024;

    enum class Progress { need_more, complete, failed };

    AnswerReader();
    ~AnswerReader();
    AnswerReader(AnswerReader&&) noexcept;
    AnswerReader& operator=(AnswerReader&&) noexcept;

    /// Takes what came. After `complete` call next() before the next answer.
    [[nodiscard]] Progress feed(std::string_view bytes);
    /// The connection has ended: complete when the answer was to end so.
    [[nodiscard]] Progress end();
    /// Forgets the answer.
    void next();

    /// True when nothing of an answer has come.
    [[nodiscard]] bool empty() const noexcept { return answer_ == nullptr; }
    [[nodiscard]] unsigned status() const noexcept;
    /// The connection may be used again.
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
    /// Until next().
    [[nodiscard]] std::string_view body() const noexcept;
    /// The first field of that name, or empty. Until next().
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
    /// All fields.
    [[nodiscard]] net::Headers headers() const;

private:
    struct Answer;

    std::unique_ptr<Answer> answer_;  ///< null: nothing of it has come
    bool keep_alive_ = true;
};

}  // namespace sim
