#include "net/authorization_fields.hpp"

#include "net/headers.hpp"

namespace net {

namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Takes words, quoted texts and separators off the front of a value.
class Cursor {
public:
    explicit Cursor(std::string_view text) : text_{text} {}

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
    void advance() { ++at_; }

    void skip_blanks()
    {
        while (!done() && is_blank(text_[at_]))
            ++at_;
    }

    void skip_separators()
    {
        while (!done() && (is_blank(text_[at_]) || text_[at_] == ','))
            ++at_;
    }

    [[nodiscard]] std::string_view until(std::string_view ends)
    {
        auto const start = at_;
        while (!done() && !is_blank(text_[at_]) && ends.find(text_[at_]) == std::string_view::npos)
            ++at_;
        return text_.substr(start, at_ - start);
    }

    /// A quoted text, the cursor being on its quote. Only \" and \\ are quoted-pairs: some CPEs send a backslash bare.
    [[nodiscard]] std::string quoted()
    {
        std::string value;
        for (++at_; !done() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\'))
                ++at_;
            value += text_[at_];
        }
        if (!done())
            ++at_;
        return value;
    }

    /// True when '=' comes next, perhaps after blanks, and a value after it: what was before is a parameter's name. The
    /// padding of a token ("QWxh=") is not one.
    [[nodiscard]] bool at_assignment() const
    {
        auto next = text_.find_first_not_of(" \t", at_);
        if (next == std::string_view::npos || text_[next] != '=')
            return false;
        next = text_.find_first_not_of(" \t", next + 1);
        return next == std::string_view::npos || text_[next] != '=';
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

std::string take_value(Cursor& cursor)
{
    cursor.skip_blanks();
    cursor.advance();  // '='
    cursor.skip_blanks();
    if (cursor.peek() == '"')
        return cursor.quoted();
    return std::string{cursor.until(",")};
}

/// The token that may follow a scheme ("Basic QWxhZGRpbg=="): no blank in it, and no parameter.
std::string take_token(Cursor& cursor)
{
    auto ahead = cursor;
    ahead.skip_blanks();
    auto const word = ahead.until(",");
    auto const equals = word.find('=');
    bool const is_padded =
        equals == std::string_view::npos || word.find_first_not_of('=', equals) == std::string_view::npos;
    if (word.empty() || !is_padded || (equals == std::string_view::npos && ahead.at_assignment()))
        return {};
    cursor = ahead;
    return std::string{word};
}

}  // namespace

std::string const* AuthorizationFields::find(std::string_view name) const noexcept
{
    for (auto const& [known, value] : parameters)
        if (equal_ignoring_case(known, name))
            return &value;
    return nullptr;
}

std::string const& AuthorizationFields::get(std::string_view name) const noexcept
{
    static std::string const none;
    auto const* const found = find(name);
    return found ? *found : none;
}

std::vector<AuthorizationFields> parse_authorization_fields(std::string_view value)
{
    std::vector<AuthorizationFields> all;
    Cursor cursor{value};
    for (cursor.skip_separators(); !cursor.done(); cursor.skip_separators()) {
        auto const word = cursor.until("=,\"");
        if (cursor.at_assignment()) {
            auto text = take_value(cursor);
            if (!all.empty() && !word.empty())
                all.back().parameters.emplace_back(word, std::move(text));
        } else if (!word.empty()) {
            all.push_back({std::string{word}, {}, {}});
            if (equal_ignoring_case(word, "Basic"))
                all.back().token = take_token(cursor);
        } else {
            cursor.advance();
        }
    }
    return all;
}

}  // namespace net
