#include "fleet/tls_table.hpp"

#include "fleet/settings.hpp"

namespace sim {

void read_tls(toml::table const& root, net::TlsClientSettings& settings, Problems& problems)
{
    TomlTable table{root["tls"].as_table(), "tls", problems};
    table.read("ca_file", settings.ca_file);
    table.read("insecure", settings.insecure);
    table.read("resumption", settings.resume_sessions);
    for (auto const& [key, into] :
         {std::pair{"min_version", &settings.min_version}, std::pair{"max_version", &settings.max_version}}) {
        std::string text;
        table.read(key, text);
        if (auto const version = parse_tls_version(text))
            *into = *version;
        else if (!text.empty())
            table.wrong(key, "\"1.0\" to \"1.3\"");
    }
}

}  // namespace sim
