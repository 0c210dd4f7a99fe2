#include "session/masked_message.hpp"

#include "cwmp/message_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>
#include <variant>
#include <vector>

namespace session {

namespace {

using Words = std::set<std::string_view>;

/// Gathers the names of all elements of all messages.
class Vocabulary {
public:
    Vocabulary() { methods(std::make_index_sequence<std::variant_size_v<cwmp::Message>>{}); }

    Words words{"Envelope",
                "Header",
                "Body",
                "Fault",
                "faultcode",
                "faultstring",
                "detail",
                "ID",
                "Name",
                "Value",
                "HoldRequests",
                "SessionTimeout",
                "SupportedCWMPVersions",
                "UseCWMPVersion",
                "NoMoreRequests",
                "ParameterValueStruct",
                "EventStruct",
                "string",
                "xml",
                "version",
                "encoding",
                "xmlns",
                "type",
                "arrayType",
                "mustUnderstand",
                "encodingStyle",
                "SOAP-ENV",
                "SOAP-ENC",
                "soapenv",
                "soapenc",
                "soap",
                "soap-env",
                "soap-enc",
                "cwmp",
                "xsd",
                "xsi",
                "env",
                "enc",
                "DOCTYPE",
                "CDATA"};

private:
    template <std::size_t... Index>
    void methods(std::index_sequence<Index...>)
    {
        (add<std::variant_alternative_t<Index, cwmp::Message>>(), ...);
    }
    template <class T>
    void add()
    {
        if (!cwmp::method_name_of<T>.empty())
            words.insert(cwmp::method_name_of<T>);
        fields<T>();
    }
    template <class T>
    void fields()
    {
        std::apply([this](auto const&... field) { (one(field), ...); }, cwmp::fields_of<T>);
    }
    template <class T, class Member>
    void one(cwmp::Field<T, Member> const& field)
    {
        words.insert(field.name);
        below(static_cast<Member const*>(nullptr));
    }
    template <class T>
    void below(std::vector<T> const*)
    {
        below(static_cast<T const*>(nullptr));
    }
    template <class T>
    void below(T const*)
    {
        if constexpr (std::is_class_v<T>)
            fields<T>();
    }
};

bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

bool is_mark(char c)
{
    return std::string_view{"<>/=\"'?!:&;#[](),"}.contains(c);
}

/// The word stands where names of elements and attributes do, not where values do.
bool is_name_here(std::string_view body, std::size_t begin, std::size_t end)
{
    auto const before = begin == 0 ? ' ' : body[begin - 1];
    bool const is_closing = begin > 1 && before == '/' && body[begin - 2] == '<';
    bool const begins_tag = before == '<' || before == '?' || before == '!' || before == ':' || is_closing;
    bool const is_attribute = end < body.size() && (body[end] == '=' || body[end] == ':');
    return begins_tag || is_attribute;
}

bool is_kept(std::string_view body, std::size_t begin, std::size_t end)
{
    static Vocabulary const vocabulary;
    auto const word = body.substr(begin, end - begin);
    bool const is_path = word.starts_with("Device.") || word.starts_with("InternetGatewayDevice.");
    auto const before = body.substr(0, begin);
    if (is_path && (before.ends_with("Name>") || before.ends_with("Path>") || before.ends_with("string>")))
        return true;
    return is_name_here(body, begin, end) && vocabulary.words.contains(word);
}

}  // namespace

std::string skeleton(std::string_view body, std::size_t most)
{
    std::string out;
    for (std::size_t at = 0; at < body.size() && out.size() < most;) {
        auto end = at;
        while (end < body.size() && is_word(body[end]))
            ++end;
        if (end > at) {
            out += is_kept(body, at, end) ? std::string{body.substr(at, end - at)} : std::string(end - at, 'x');
            at = end;
            continue;
        }
        auto const c = static_cast<unsigned char>(body[at]);
        if (c == '\n' || c == '\t' || c == ' ' || is_mark(body[at]))
            out += body[at];
        else
            out += c > ' ' && c < 0x7f ? std::string{"x"} : fmt::format("\\x{:02x}", c);
        ++at;
    }
    out.resize(std::min(out.size(), most));
    return out;
}

}  // namespace session
