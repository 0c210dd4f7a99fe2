#include "unit/cli/acsctl_fixture.hpp"

#include "cli/run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace cli_test {

AcsctlTest::AcsctlTest()
{
    auto pattern = (fs::temp_directory_path() / "acsctl-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    for (int i = 1; i <= 3; ++i)
        add_device(i);
    listen("plain", nullptr);
    threads_.start();
}

AcsctlTest::~AcsctlTest()
{
    server_.stop();
    threads_.stop();
    fs::remove_all(folder_);
}

domain::Quarantine AcsctlTest::given_up(std::string what)
{
    return {.device = domain::DeviceKey{1},
            .identity = {"", "00D09E", "HG-1000", "S1"},
            .rule = "wifi",
            .what = std::move(what),
            .version = 3,
            .since = base::TimePoint{std::chrono::seconds{1'700'000'000}},
            .reason = "it did not stay",
            .evidence = R"({"attempts":5})"};
}

void AcsctlTest::add_device(int number)
{
    domain::DeviceRow row{};
    row.key = domain::DeviceKey{number};
    row.identity = {"Acme", "00D09E", "HG-1000", fmt::format("S{}", number)};
    row.state = domain::DeviceState::active;
    row.model_name = "Gate\x1b[1mway";
    inventory_.add(std::move(row));
}

void AcsctlTest::listen(std::string name, std::shared_ptr<net::TlsServerContext> tls)
{
    net::Listener listener;
    listener.name = std::move(name);
    listener.address = "127.0.0.1";
    listener.tls = std::move(tls);
    auto const listening = server_.listen(std::move(listener), api_);
    if (!listening)
        throw std::runtime_error{listening.error().what};
}

void AcsctlTest::on_wake(std::function<void(domain::TaskRow&)> outcome)
{
    waker_.on_wake = [this, outcome = std::move(outcome)](domain::DeviceKey) {
        inventory_.change(inventory_.all_tasks().back().task.id, outcome);
    };
}

Ran AcsctlTest::run(std::vector<std::string> arguments, std::string const& url, std::string const& token)
{
    std::map<std::string, std::string> variables{
        {"ACS_SERVER", url.empty() ? fmt::format("http://127.0.0.1:{}", server_.local_port("plain")) : url},
        {"XDG_CONFIG_HOME", (folder_ / "profile").string()},
        {"USER", "anna"}};
    if (!token.empty())
        variables["ACS_TOKEN"] = token;
    std::ostringstream out;
    std::ostringstream error;
    auto const environment = [&](std::string const& name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional{found->second};
    };
    auto const code = cli::run(std::move(arguments), {out, error, width_, environment, watched_,
                                                      [this](std::string const&) { return next_answer(); }});
    return {code, out.str(), error.str()};
}

std::optional<std::string> AcsctlTest::next_answer()
{
    if (typed_.empty())
        return std::nullopt;
    auto answer = typed_.front();
    typed_.erase(typed_.begin());
    return answer;
}

}  // namespace cli_test
