// acsctl webhooks.
#include "cli/lists.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <ostream>

namespace cli {

namespace json = boost::json;

namespace {

std::string path_of(std::string_view name, std::string_view what = {})
{
    return fmt::format("/webhooks/{}{}", encoded(name), what);
}

/// What options say of a webhook. Fails when a secret is to be asked for and nobody answers.
std::optional<json::object> body_of(Session const& session)
{
    auto const& asked = session.asked;
    json::object body;
    if (!asked.kind.empty()) {
        json::array kinds;
        for (std::string_view rest = asked.kind; !rest.empty();) {
            auto const one = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(one.size() + 1, rest.size()));
            kinds.emplace_back(one);
        }
        body["kinds"] = std::move(kinds);
    }
    if (!asked.url.empty())
        body["url"] = asked.url;
    if (!asked.where.empty())
        body["where"] = asked.where;
    if (asked.batch != 0)
        body["batch"] = asked.batch;
    if (asked.asks_secret) {
        auto const secret = ask_secret(session, "Secret: ");
        if (!secret)
            return std::nullopt;
        body["secret"] = *secret;
    }
    return body;
}

int add_webhook(Session const& session, std::string const& name, std::string const& url)
{
    auto body = body_of(session);
    if (!body)
        return failed;
    (*body)["name"] = name;
    (*body)["url"] = url;
    return print(session, session.client.post("/webhooks", *body));
}

int change_webhook(Session const& session, std::string const& name)
{
    auto const body = body_of(session);
    return body ? print(session, session.client.patch(path_of(name), *body)) : failed;
}

/// The exit code says whether the receiver took it.
int test_webhook(Session const& session, std::string const& name)
{
    auto const answer = session.client.post(path_of(name, "/test"), {}, std::chrono::seconds{60});
    auto const code = print(session, answer);
    return answer && text_of(*answer, "problem").empty() ? code : failed;
}

int redeliver(Session const& session, std::string const& name, std::vector<std::string> const& operands)
{
    json::object body;
    if (operands.size() > 2)
        body["ids"] = json::array(operands.begin() + 2, operands.end());
    auto const answer = session.client.post(path_of(name, "/redeliver"), body, std::chrono::seconds{300});
    auto const code = print(session, answer);
    return answer && text_of(*answer, "problem").empty() ? code : failed;
}

int remove_webhook(Session const& session, std::string const& name)
{
    auto const answer = session.client.remove(path_of(name));
    return answer ? done : complain(session, answer.error());
}

}  // namespace

int webhooks(Session session)
{
    auto const& operands = session.asked.operands;
    if (operands.empty())
        return print_list(session, "/webhooks?",
                          {{"NAME", "name"},
                           {"URL", "url"},
                           {"KINDS", "kinds"},
                           {"STATE", "state"},
                           {"DELIVERED", "delivered_at"},
                           {"WAITING SINCE", "waiting_since"},
                           {"DEAD", "dead_letters"},
                           {"PROBLEM", "problem"}});
    auto const& action = operands[0];
    auto const name = operands.size() > 1 ? operands[1] : std::string{};
    if (action == "add" && operands.size() == 3)
        return add_webhook(session, name, operands[2]);
    if (action == "redeliver" && !name.empty())
        return redeliver(session, name, operands);
    if (operands.size() == 2) {
        if (action == "show")
            return print(session, session.client.get(path_of(name)));
        if (action == "change")
            return change_webhook(session, name);
        if (action == "remove")
            return remove_webhook(session, name);
        if (action == "pause" || action == "resume")
            return print(session, session.client.post(path_of(name, "/" + action), {}));
        if (action == "test")
            return test_webhook(session, name);
        if (action == "dead")
            return print_list(session, path_of(name, "/dead-letters?"),
                              {{"ID", "id"},
                               {"DIED", "died_at"},
                               {"ATTEMPTS", "attempts"},
                               {"PROBLEM", "problem"},
                               {"EVENT", "event"}});
    }
    return complain(session.terminal,
                    "write webhooks add NAME URL, show, change, remove, pause, resume, test or dead NAME, or redeliver "
                    "NAME [ID...]",
                    wrong_usage);
}

}  // namespace cli
