#include "cwmp/codec/prefixes.hpp"

#include <array>
#include <string_view>

namespace cwmp::codec {
namespace {

constexpr std::string_view soap_prefix = "SOAP-ENV";
constexpr std::string_view encoding_prefix = "SOAP-ENC";
constexpr std::string_view cwmp_prefix = "cwmp";

bool may_precede(char c)
{
    return c == '<' || c == '/' || c == ' ' || c == '"' || c == ':';
}

class Renamer {
public:
    Renamer(Dialect const& dialect, std::string_view envelope)
        : renamings_{{{soap_prefix, dialect.soap_prefix},
                      {encoding_prefix, dialect.encoding_prefix},
                      {cwmp_prefix, dialect.cwmp_prefix}}},
          envelope_{envelope}
    {
    }

    std::string run()
    {
        bool in_tag = false;
        while (at_ < envelope_.size()) {
            char const c = envelope_[at_];
            if (c == '<')
                in_tag = true;
            else if (c == '>')
                in_tag = false;
            out_ += c;
            ++at_;
            if (in_tag && may_precede(c))
                rename();
        }
        return std::move(out_);
    }

private:
    struct Renaming {
        std::string_view from;
        std::string_view to;
    };

    /// A prefix is followed by ":" where it is used and by "=" where it is declared.
    void rename()
    {
        auto const rest = envelope_.substr(at_);
        for (auto const& [from, to] : renamings_) {
            if (!rest.starts_with(from) || rest.size() == from.size())
                continue;
            char const next = rest[from.size()];
            bool const is_declaration = next == '=' && out_.ends_with("xmlns:");
            if (is_declaration || (next == ':' && !out_.ends_with(':'))) {
                out_ += to;
                at_ += from.size();
                return;
            }
        }
    }

    std::array<Renaming, 3> renamings_;
    std::string_view envelope_;
    std::size_t at_ = 0;
    std::string out_;
};

}  // namespace

bool has_own_prefixes(Dialect const& dialect)
{
    return dialect.soap_prefix != soap_prefix || dialect.encoding_prefix != encoding_prefix ||
           dialect.cwmp_prefix != cwmp_prefix;
}

std::string with_prefixes_of(Dialect const& dialect, std::string const& envelope)
{
    return Renamer{dialect, envelope}.run();
}

}  // namespace cwmp::codec
