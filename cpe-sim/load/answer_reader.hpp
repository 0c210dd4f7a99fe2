#pragma once

#include "net/headers.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sim {

/// Reads the HTTP answers of one connection, one after the other, with as little work as can be: a plain answer with a
/// Content-Length is only looked at where it stands. Whatever else comes (chunks, bare LF, 1xx, an end without a
/// length) goes through net::ResponseReader.
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
    [[nodiscard]] bool empty() const noexcept { return buffer_.empty(); }
    [[nodiscard]] unsigned status() const noexcept { return status_; }
    /// The connection may be used again.
    [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
    /// Until next().
    [[nodiscard]] std::string_view body() const noexcept;
    /// The first field of that name, or empty. Until next().
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
    /// All fields.
    [[nodiscard]] net::Headers headers() const;

private:
    struct Thorough;
    [[nodiscard]] bool read_head(std::size_t end);
    [[nodiscard]] Progress read_thoroughly(std::string_view bytes);
    [[nodiscard]] Progress take_thorough();

    std::string buffer_;
    std::size_t head_end_ = 0;  ///< after the empty line; 0: not there yet
    std::size_t length_ = 0;    ///< of the body
    unsigned status_ = 0;
    bool keep_alive_ = true;
    std::unique_ptr<Thorough> thorough_;
};

}  // namespace sim
