#include "cli/bson.hpp"

#include "base/utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

/// What is wrong with a document; never leaves this file.
struct Malformed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The types of elements, as bsonspec.org numbers them.
enum class Type : std::uint8_t {
    number = 0x01,
    text = 0x02,
    document = 0x03,
    array = 0x04,
    binary = 0x05,
    undefined = 0x06,
    object_id = 0x07,
    boolean = 0x08,
    date = 0x09,
    null = 0x0a,
    expression = 0x0b,
    pointer = 0x0c,
    code = 0x0d,
    symbol = 0x0e,
    scoped_code = 0x0f,
    int32 = 0x10,
    timestamp = 0x11,
    int64 = 0x12,
    decimal = 0x13,
    lowest = 0xff,
    highest = 0x7f,
};

std::uint64_t little_endian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        value = value << 8 | static_cast<std::uint8_t>(*byte);
    return value;
}

class Reader {
public:
    Reader(std::string_view bytes, BsonLimits const& limits) : rest_{bytes}, limits_{limits} {}

    /// A document to its end; of its members those that are wanted.
    template <class IsWanted>
    json::object document(IsWanted const& is_wanted)
    {
        auto const outer = enter();
        json::object object;
        while (auto const type = next_type()) {
            auto const name = zero_ended();
            if (is_wanted(name))
                object[checked(name)] = value(*type);
            else
                skip(*type);
        }
        leave(outer);
        return object;
    }
    [[nodiscard]] bool is_at_end() const noexcept { return rest_.empty(); }

private:
    std::string_view take(std::size_t count)
    {
        if (count > rest_.size())
            throw Malformed{"it ends too early"};
        auto const bytes = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return bytes;
    }

    std::uint64_t number(std::size_t bytes) { return little_endian(take(bytes)); }

    std::string_view zero_ended()
    {
        auto const end = rest_.find('\0');
        if (end == rest_.npos)
            throw Malformed{"a name has no end"};
        auto const text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return text;
    }

    /// Length, bytes, NUL.
    std::string_view counted()
    {
        auto const length = number(4);
        if (length == 0)
            throw Malformed{"a text has no length"};
        auto const bytes = take(length);
        if (bytes.back() != '\0')
            throw Malformed{"a text is longer than it says"};
        return bytes.substr(0, bytes.size() - 1);
    }

    static std::string_view checked(std::string_view text)
    {
        if (!base::is_utf8(text))
            throw Malformed{"a text is not UTF-8"};
        return text;
    }

    /// Goes into a document: only its bytes are there until leave().
    std::string_view enter()
    {
        if (++depth_ > limits_.depth)
            throw Malformed{fmt::format("it is deeper than {} levels", limits_.depth)};
        auto const length = bson_length(rest_);
        if (!length || *length < 5 || *length > rest_.size())
            throw Malformed{"a document is longer than what there is"};
        auto const after = rest_.substr(*length);
        rest_ = rest_.substr(4, *length - 4);
        return after;
    }

    void leave(std::string_view after)
    {
        if (!rest_.empty())
            throw Malformed{"something follows the end of a document"};
        rest_ = after;
        --depth_;
    }

    /// None at the end of the document.
    std::optional<Type> next_type()
    {
        auto const type = static_cast<Type>(number(1));
        return type == Type{} ? std::nullopt : std::optional{type};
    }

    json::value array()
    {
        auto const outer = enter();
        json::array elements;
        while (auto const type = next_type()) {
            zero_ended();  // its number
            elements.push_back(value(*type));
        }
        leave(outer);
        return elements;
    }

    json::value value(Type type)
    {
        switch (type) {
            case Type::number: return std::bit_cast<double>(number(8));
            case Type::text:
            case Type::symbol: return json::value(checked(counted()));
            case Type::document: return document([](std::string_view) { return true; });
            case Type::array: return array();
            case Type::boolean: return number(1) != 0;
            case Type::date: return json::object{{"$date", static_cast<std::int64_t>(number(8))}};
            case Type::int32: return static_cast<std::int32_t>(number(4));
            case Type::int64: return static_cast<std::int64_t>(number(8));
            default: skip(type); return nullptr;
        }
    }

    void skip(Type type)
    {
        switch (type) {
            case Type::number:
            case Type::date:
            case Type::int64:
            case Type::timestamp: take(8); break;
            case Type::int32: take(4); break;
            case Type::boolean: take(1); break;
            case Type::text:
            case Type::symbol:
            case Type::code: counted(); break;
            case Type::document:
            case Type::array:
            case Type::scoped_code: skip_counted(); break;
            case Type::binary: {
                auto const length = number(4);
                take(1);
                take(length);
                break;
            }
            case Type::object_id: take(12); break;
            case Type::decimal: take(16); break;
            case Type::pointer:
                counted();
                take(12);
                break;
            case Type::expression:
                zero_ended();
                zero_ended();
                break;
            case Type::undefined:
            case Type::null:
            case Type::lowest:
            case Type::highest: break;
            default: throw Malformed{fmt::format("there is no type {:#04x}", static_cast<unsigned>(type))};
        }
    }

    /// What begins with its whole length.
    void skip_counted()
    {
        auto const length = number(4);
        if (length < 5)
            throw Malformed{"a document has no length"};
        take(length - 4);
    }

    std::string_view rest_;
    BsonLimits const& limits_;
    std::size_t depth_ = 0;
};

}  // namespace

std::optional<std::uint32_t> bson_length(std::string_view bytes) noexcept
{
    if (bytes.size() < 4)
        return std::nullopt;
    return static_cast<std::uint32_t>(little_endian(bytes.substr(0, 4)));
}

base::Result<json::object> read_bson(std::string_view document, std::function<bool(std::string_view)> const& is_wanted,
                                     BsonLimits const& limits)
{
    if (document.size() > limits.bytes)
        return base::fail(fmt::format("it has {} bytes, at most {} are read", document.size(), limits.bytes));
    try {
        Reader reader{document, limits};
        auto object = reader.document(is_wanted);
        if (!reader.is_at_end())
            return base::fail("something follows its end");
        return object;
    } catch (Malformed const& problem) {
        return base::fail(fmt::format("it is no BSON: {}", problem.what()));
    }
}

}  // namespace cli
