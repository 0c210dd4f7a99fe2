#include "session/masked_message.hpp"

#include "cwmp/codec/codec.hpp"
#include "cwmp/codec/guard.hpp"
#include "cwmp/codec/markup.hpp"
#include "cwmp/codec/scalars.hpp"
#include "cwmp/codec/text_repair.hpp"
#include "cwmp/path.hpp"
#include "net/url.hpp"
#include "session/message_texts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace session {

namespace {

namespace codec = cwmp::codec;
using codec::Markup;
using codec::Range;
using cwmp::masked_secret;

constexpr std::size_t shortest_sought = 6;  ///< shorter secrets are not looked for elsewhere: everything has an "a"
constexpr std::size_t most_sought = 200;    ///< different secrets of one message
constexpr std::size_t shortest_token = 20;  ///< of a URL of the file listener: "/f/TOKEN/name"

constexpr std::array<std::string_view, 7> open_attributes{
    "type", "arrayType", "mustUnderstand", "encodingStyle", "schemaLocation", "nil", "actor"};

/// The element, or the parameter, whose text is masked whatever it is.
bool is_hidden(std::string_view name)
{
    return codec::equal_ignoring_case(name, "Username") || cwmp::is_secret_path(name);
}

/// Without tokens of the file listener, which are as good as passwords.
std::string without_tokens(std::string text)
{
    constexpr std::string_view mark = "/f/";
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) {
        auto const begin = at + mark.size();
        auto const end = std::min(text.find_first_not_of(letters, begin), text.size());
        if (end - begin >= shortest_token)
            text.replace(begin, end - begin, masked_secret);
    }
    return text;
}

/// The secrets of one message, to be found where they are repeated.
class Secrets {
public:
    void add(std::string_view value)
    {
        auto const text = codec::trimmed(value);
        if (text.size() >= shortest_sought && text != masked_secret && all_.size() <= most_sought)
            all_.emplace(text);
    }
    /// As it says, and as it may stand in the document.
    void add_plain(std::string_view value)
    {
        add(value);
        std::string escaped;
        codec::append_escaped(escaped, codec::trimmed(value));
        add(escaped);
    }

    [[nodiscard]] bool are_too_many() const { return all_.size() > most_sought; }
    [[nodiscard]] bool are_in(std::string_view text) const
    {
        return std::ranges::any_of(all_, [text](std::string const& one) { return text.contains(one); });
    }
    /// A text of a message as it may be shown.
    [[nodiscard]] std::string hidden_in(std::string_view text) const
    {
        auto shown = without_tokens(net::without_logins(text));
        // The longest first: one may be a part of another.
        for (auto one = all_.rbegin(); one != all_.rend(); ++one)
            for (auto at = shown.find(*one); at != std::string::npos; at = shown.find(*one, at + masked_secret.size()))
                shown.replace(at, one->size(), masked_secret);
        return shown;
    }

private:
    struct BySize {
        bool operator()(std::string const& a, std::string const& b) const
        {
            return std::pair{a.size(), std::string_view{a}} < std::pair{b.size(), std::string_view{b}};
        }
    };
    std::set<std::string, BySize> all_;
};

/// What the message says when its secrets are masked.
void mask(cwmp::Message& message, Secrets const& secrets)
{
    auto const hide = [&secrets](std::string_view name, std::string& text) {
        if (!is_hidden(name))
            text = secrets.hidden_in(text);
        else if (!codec::trimmed(text).empty())
            text = masked_secret;
    };
    MessageTexts{hide}.of(message);
}

struct Edit {
    Range range;
    std::string text;
    bool hides = false;  ///< the whole text of an element, whatever it is
};

/// Works on one root element.
class Masker {
public:
    explicit Masker(std::string_view root) : root_{root}, markup_{codec::markup_of(root)} {}

    /// Elements whose text is masked whatever it is, and the secrets that are in them.
    void find_hidden(Secrets& secrets)
    {
        auto const& elements = markup_.elements;
        std::vector<char> has_secret_name(elements.size(), 0);
        for (auto const& element : elements)
            if (element.name == "Name" && is_hidden(codec::plain_text(element.inner.of(root_))))
                has_secret_name[element.parent] = 1;
        for (auto const& element : elements)
            if (is_hidden(element.name) || (element.name == "Value" && has_secret_name[element.parent] != 0))
                hide(element.inner, secrets);
    }

    /// The whole element with everything masked.
    [[nodiscard]] std::string masked(Secrets const& secrets)
    {
        for (auto const& range : markup_.texts)
            change(range, secrets.hidden_in(range.of(root_)));
        for (auto const& range : markup_.asides)
            change(range, {});
        for (auto const& attribute : markup_.attributes)
            if (!is_open(attribute) && attribute.value.begin < attribute.value.end)
                change(attribute.value, std::string{masked_secret});
        // Of edits that begin together the longest counts, of equal ones the one that hides.
        std::ranges::sort(edits_, {}, [](Edit const& edit) {
            return std::tuple{edit.range.begin, SIZE_MAX - edit.range.end, !edit.hides};
        });
        return spliced();
    }

private:
    static bool is_open(Markup::Attribute const& attribute)
    {
        bool const is_declaration =
            attribute.prefix == "xmlns" || (attribute.prefix.empty() && attribute.name == "xmlns");
        return is_declaration || std::ranges::find(open_attributes, attribute.name) != open_attributes.end();
    }

    void hide(Range inner, Secrets& secrets)
    {
        auto const raw = inner.of(root_);
        auto const plain = codec::plain_text(raw);
        if (plain.empty())
            return;
        secrets.add(raw);
        secrets.add_plain(plain);
        edits_.push_back({inner, std::string{masked_secret}, true});
    }

    void change(Range range, std::string text)
    {
        if (range.of(root_) != text)
            edits_.push_back({range, std::move(text)});
    }

    [[nodiscard]] std::string spliced() const
    {
        std::string out;
        std::size_t at = 0;
        for (auto const& [range, text, hides] : edits_) {
            if (range.begin < at)
                continue;  // inside of what is masked as a whole
            out += root_.substr(at, range.begin - at);
            out += text;
            at = range.end;
        }
        out += root_.substr(at);
        return out;
    }

    std::string_view root_;
    Markup markup_;
    std::vector<Edit> edits_;
};

/// The XML declaration that the document begins with, or nothing.
std::string_view declaration_of(std::string_view document)
{
    if (!document.starts_with("<?xml"))
        return {};
    auto const end = document.find("?>");
    return end == std::string_view::npos ? std::string_view{} : document.substr(0, end + 2);
}

/// What stands around the root element is kept as far as it says nothing.
std::string_view blanks_or_nothing(std::string_view text)
{
    return codec::trimmed(text).empty() ? text : std::string_view{};
}

/// The message masked; none when that cannot be done safely.
std::optional<std::string> spliced(std::string_view body, cwmp::Envelope envelope)
{
    auto const converted = codec::from_utf16(body);
    auto document = converted ? std::string_view{*converted} : body;
    document.remove_prefix(std::min(document.find('<'), document.size()));
    auto const report = codec::guard(document, {});
    if (!report)
        return std::nullopt;
    Secrets secrets;
    MessageTexts{[&secrets](std::string_view name, std::string& text) {
        if (is_hidden(name))
            secrets.add_plain(text);
    }}.of(envelope.message);
    Masker masker{report->root};
    masker.find_hidden(secrets);
    if (secrets.are_too_many())
        return std::nullopt;
    auto const declaration = converted ? std::string_view{} : declaration_of(document);
    auto const begin = static_cast<std::size_t>(report->root.data() - document.data());
    auto text = std::string{declaration};
    text += blanks_or_nothing(document.substr(declaration.size(), begin - declaration.size()));
    text += masker.masked(secrets);
    text += blanks_or_nothing(document.substr(begin + report->root.size()));
    if (secrets.are_in(text))
        return std::nullopt;
    // Whatever the walk above may have missed shows here: the readers must find what they found before, but masked.
    auto again = cwmp::decode(text);
    if (!again || again->message.index() != envelope.message.index())
        return std::nullopt;
    mask(envelope.message, secrets);
    bool const is_compared = !std::holds_alternative<cwmp::Unknown>(envelope.message);
    if (is_compared && !(again->message == envelope.message))
        return std::nullopt;
    return text;
}

}  // namespace

MaskedMessage masked_message(std::string_view body, std::size_t skeleton_bytes)
{
    auto envelope = cwmp::decode(body);
    if (!envelope)
        return {{}, false, skeleton(body, skeleton_bytes), envelope.error().what};
    MaskedMessage masked{std::string{cwmp::method_name(envelope->message)}, true, {}, {}};
    if (std::holds_alternative<cwmp::Empty>(envelope->message))
        return masked;
    if (auto text = spliced(body, *std::move(envelope))) {
        masked.text = *std::move(text);
        return masked;
    }
    masked.is_whole = false;
    masked.text = skeleton(body, skeleton_bytes);
    masked.why = "its secrets cannot be masked for certain";
    return masked;
}

}  // namespace session
