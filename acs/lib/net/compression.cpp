#include "net/compression.hpp"

#include "net/headers.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace net {

namespace {

constexpr std::size_t part_bytes = 32 * 1024;
constexpr std::uint64_t ratio_free_bytes = 1024 * 1024;  ///< inflated bytes that need no ratio
constexpr int window_bits = 15;
constexpr int gzip_wrapping = 16;  ///< added to the window bits, says zlib's manual

Bytef* bytes_of(std::string_view text)
{
    // zlib's interface is not const-correct; it does not write to its input.
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

bool begins_like_zlib(std::string_view start)
{
    auto const first = static_cast<unsigned char>(start[0]);
    auto const second = static_cast<unsigned char>(start[1]);
    return (first & 15) == Z_DEFLATED && (first * 256 + second) % 31 == 0;
}

}  // namespace

struct Inflater::State {
    State(ContentCoding c, InflateLimits l) : coding{c}, limits{l} {}
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State()
    {
        if (open)
            inflateEnd(&stream);
    }

    void begin(int bits)
    {
        if (inflateInit2(&stream, bits) != Z_OK)
            throw std::bad_alloc{};
        open = true;
    }

    [[nodiscard]] bool within_limits() const
    {
        return given <= limits.bytes &&
               (given <= ratio_free_bytes || given / std::max<std::uint64_t>(taken, 1) <= limits.ratio);
    }

    ContentCoding coding;
    InflateLimits limits;
    z_stream stream{};
    std::string start;  ///< of a deflate body, until its wrapping is known
    std::uint64_t taken = 0;
    std::uint64_t given = 0;
    bool open = false;
    bool complete = false;
};

Inflater::Inflater(ContentCoding coding, InflateLimits limits) : state_{std::make_unique<State>(coding, limits)} {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

bool Inflater::is_complete() const noexcept
{
    return state_->coding == ContentCoding::identity || state_->complete;
}

bool Inflater::is_untouched() const noexcept
{
    return !state_->open && state_->start.empty();
}

std::expected<void, InflateError> Inflater::inflate(std::string_view piece,
                                                    std::function<bool(std::string_view)> const& take)
{
    auto& s = *state_;
    std::string joined;
    if (piece.empty())
        return {};
    if (!s.open) {
        if (s.coding == ContentCoding::deflate) {
            s.start += piece;
            if (s.start.size() < 2)
                return {};
            joined = std::move(s.start);
            piece = joined;
            s.begin(begins_like_zlib(piece) ? window_bits : -window_bits);
        } else {
            s.begin(window_bits + gzip_wrapping);
        }
    }
    std::array<char, part_bytes> part;
    s.stream.next_in = bytes_of(piece);
    s.stream.avail_in = static_cast<uInt>(piece.size());
    bool more_output = true;
    while (!s.complete && (s.stream.avail_in > 0 || more_output)) {
        auto const before = s.stream.avail_in;
        s.stream.next_out = reinterpret_cast<Bytef*>(part.data());
        s.stream.avail_out = part.size();
        auto const result = ::inflate(&s.stream, Z_NO_FLUSH);
        auto const made = part.size() - s.stream.avail_out;
        s.taken += before - s.stream.avail_in;
        s.given += made;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return std::unexpected{InflateError::malformed};
        if (!s.within_limits())
            return std::unexpected{InflateError::too_large};
        if (made > 0 && !take({part.data(), made}))
            return std::unexpected{InflateError::refused};
        s.complete = result == Z_STREAM_END;
        more_output = s.stream.avail_out == 0;
        if (result == Z_BUF_ERROR && made == 0 && before == s.stream.avail_in)
            break;  // it wants more than there is
    }
    return {};
}

std::optional<ContentCoding> parse_content_coding(std::string_view value) noexcept
{
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
        value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t'))
        value.remove_suffix(1);
    if (value.empty() || equal_ignoring_case(value, "identity"))
        return ContentCoding::identity;
    if (equal_ignoring_case(value, "gzip") || equal_ignoring_case(value, "x-gzip"))
        return ContentCoding::gzip;
    if (equal_ignoring_case(value, "deflate"))
        return ContentCoding::deflate;
    return std::nullopt;
}

std::expected<std::string, InflateError> inflate(ContentCoding coding, std::string_view body, InflateLimits limits)
{
    if (coding == ContentCoding::identity)
        return std::string{body};
    std::string out;
    Inflater inflater{coding, limits};
    constexpr std::size_t step = 1 << 30;  // zlib counts in 32 bits
    for (; !body.empty(); body.remove_prefix(std::min(step, body.size()))) {
        auto const done = inflater.inflate(body.substr(0, step), [&out](std::string_view part) {
            out += part;
            return true;
        });
        if (!done)
            return std::unexpected{done.error()};
    }
    if (!inflater.is_complete())
        return std::unexpected{InflateError::malformed};
    return out;
}

std::string gzip(std::string_view text, int level)
{
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits + gzip_wrapping, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc{};
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = bytes_of(text);
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    auto const result = ::deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END)
        throw std::runtime_error{"zlib could not compress"};
    return out;
}

struct GzipWriter::State {
    explicit State(int level)
    {
        if (deflateInit2(&stream, level, Z_DEFLATED, window_bits + gzip_wrapping, 8, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }
    State(State const&) = delete;
    State& operator=(State const&) = delete;
    ~State() { deflateEnd(&stream); }

    std::string deflate(std::string_view piece, int flush)
    {
        std::string out;
        std::array<char, part_bytes> part;
        stream.next_in = bytes_of(piece);
        stream.avail_in = static_cast<uInt>(piece.size());
        do {
            stream.next_out = reinterpret_cast<Bytef*>(part.data());
            stream.avail_out = part.size();
            static_cast<void>(::deflate(&stream, flush));
            out.append(part.data(), part.size() - stream.avail_out);
        } while (stream.avail_out == 0);
        return out;
    }

    z_stream stream{};
};

GzipWriter::GzipWriter(int level) : state_{std::make_unique<State>(level)} {}
GzipWriter::~GzipWriter() = default;
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter& GzipWriter::operator=(GzipWriter&&) noexcept = default;

std::string GzipWriter::add(std::string_view piece)
{
    return state_->deflate(piece, Z_NO_FLUSH);
}

std::string GzipWriter::finish()
{
    return state_->deflate({}, Z_FINISH);
}

}  // namespace net
