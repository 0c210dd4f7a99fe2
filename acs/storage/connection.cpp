#include "storage/connection.hpp"

#include <libpq-fe.h>

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>
#include <typeinfo>

namespace storage {

namespace {

/// A value as libpq's "name=value" form wants it.
std::string in_quotes(std::string_view value)
{
    std::string text = "'";
    for (char const c : value) {
        if (c == '\'' || c == '\\')
            text += '\\';
        text += c;
    }
    return text + "'";
}

/// What the settings decide, whatever the URL says.
bool is_ours(std::string_view key)
{
    return key == "application_name" || key == "connect_timeout" || key == "client_encoding" ||
           key.starts_with("keepalives_") || key == "tcp_user_timeout";
}

std::string session_options(ConnectionSettings const& settings, std::string_view given)
{
    auto options =
        fmt::format("{} -c search_path=public -c timezone=UTC -c datestyle=ISO -c statement_timeout={}"
                    " -c jit=off -c client_min_messages=warning -c standard_conforming_strings=on -c bytea_output=hex",
                    given, settings.statement_timeout.count());
    options += settings.options;
    if (settings.read_only)
        options += " -c default_transaction_read_only=on";
    return options;
}

/// The URL taken apart and put together again with our own settings: text that libpq takes in either form.
std::string connection_text(ConnectionSettings const& settings)
{
    char* error = nullptr;
    auto* const options = PQconninfoParse(settings.url.c_str(), &error);
    if (options == nullptr) {
        std::string const why = error == nullptr ? "out of memory" : error;
        PQfreemem(error);
        throw std::invalid_argument{fmt::format("the database URL cannot be read: {}", why)};
    }
    std::string text;
    std::string given;
    for (auto const* option = options; option->keyword != nullptr; ++option) {
        if (option->val == nullptr)
            continue;
        if (std::string_view{option->keyword} == "options")
            given = option->val;
        else if (std::string_view const key = option->keyword; !is_ours(key))
            text += fmt::format("{}={} ", key, in_quotes(option->val));
    }
    PQconninfoFree(options);
    return text + fmt::format("options={} application_name={} connect_timeout={} client_encoding=UTF8"
                              " keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=20000",
                              in_quotes(session_options(settings, given)), in_quotes(settings.application_name),
                              settings.connect_timeout.count());
}

Failure failure_of_state(std::string_view state)
{
    if (state.starts_with("08") || state.starts_with("57P") || state == "25006" || state.starts_with("53"))
        return Failure::outage;  // 57P: shutdown; 25006: the primary became a replica; 53: out of resources
    if (state == "57014")
        return Failure::timed_out;
    if (state.starts_with("40") || state == "55P03")
        return Failure::rollback;
    return Failure::refused;
}

/// libpqxx 6 keeps the state only of errors for which it has no type: of a missing right or column nothing but the type
/// is left. What has no type either was met by libpq itself: the connection is lost, and no server gave a state.
Failure failure_without_state(pqxx::sql_error const& problem)
{
    bool const has_type = typeid(problem) != typeid(pqxx::sql_error);
    bool const is_exhausted = dynamic_cast<pqxx::insufficient_resources const*>(&problem) != nullptr;
    return has_type && !is_exhausted ? Failure::refused : Failure::outage;
}

}  // namespace

std::unique_ptr<pqxx::connection> connect(ConnectionSettings const& settings)
{
    return std::make_unique<pqxx::connection>(connection_text(settings));
}

Failure failure_of(std::exception const& problem)
{
    if (dynamic_cast<pqxx::broken_connection const*>(&problem) != nullptr ||
        dynamic_cast<pqxx::in_doubt_error const*>(&problem) != nullptr)
        return Failure::outage;
    if (dynamic_cast<pqxx::transaction_rollback const*>(&problem) != nullptr)
        return Failure::rollback;
    if (auto const* const refusal = dynamic_cast<pqxx::sql_error const*>(&problem)) {
        if (refusal->sqlstate().empty())
            return failure_without_state(*refusal);
        return failure_of_state(refusal->sqlstate());
    }
    return Failure::refused;
}

}  // namespace storage
