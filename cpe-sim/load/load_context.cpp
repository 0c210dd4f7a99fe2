#include "load/load_context.hpp"

#include "base/time_text.hpp"
#include "fleet/fleet.hpp"
#include "load/plan.hpp"
#include "net/stream.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <charconv>
#include <concepts>

namespace sim {
namespace {

using Tcp = boost::asio::ip::tcp;

base::Result<Tcp::endpoint> resolve(net::Url const& url)
{
    boost::system::error_code error;
    auto const literal = boost::asio::ip::make_address(url.host, error);
    if (!error)
        return Tcp::endpoint{literal, url.port};
    boost::asio::io_context io;
    auto const found = Tcp::resolver{io}.resolve(url.host, std::to_string(url.port), error);
    if (error || found.empty())
        return base::fail(fmt::format("the ACS's name {} does not resolve: {}", url.host, error.message()));
    for (auto const& one : found)
        if (one.endpoint().address().is_v4())
            return one.endpoint();
    return found.begin()->endpoint();
}

std::string make_post_head(net::Url const& url, bool keep_alive)
{
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: cpe-sim\r\n{}Content-Type: text/xml; charset=utf-8\r\n"
        "SOAPAction: \r\nContent-Length: ",
        url.target, url.authority(), keep_alive ? "" : "Connection: close\r\n");
}

double share_of(std::uint64_t number)
{
    return static_cast<double>(number >> 11) * 0x1p-53;
}

constexpr std::uint64_t nat_salt = 0x6e6174;
constexpr std::uint64_t path_salt = 0x70617468;

}  // namespace

base::Result<std::unique_ptr<LoadContext>> LoadContext::create(Scenario scenario, std::string const& ledger_file)
{
    if (auto const checked = check(scenario); !checked)
        return std::unexpected{checked.error()};
    auto const url = net::parse_url(scenario.acs_url);
    auto const server = resolve(*url);
    if (!server)
        return std::unexpected{server.error()};
    auto tls = net::TlsClientContext::create(scenario.tls);
    if (!tls)
        return std::unexpected{tls.error()};
    std::unique_ptr<LoadContext> context{new LoadContext{std::move(scenario), *url, *server, std::move(*tls)}};
    if (ledger_file.empty())
        return context;
    auto ledger = LedgerWriter::open(ledger_file);
    if (!ledger)
        return std::unexpected{ledger.error()};
    context->ledger.emplace(std::move(*ledger));
    return context;
}

LoadContext::LoadContext(Scenario s, net::Url u, Tcp::endpoint e, std::shared_ptr<net::TlsClientContext> t)
    : scenario{std::move(s)},
      url{std::move(u)},
      server{e},
      post_head{make_post_head(url, scenario.keep_alive)},
      tls{std::move(t)}
{
}

std::string const& LoadContext::current_time()
{
    auto const second = std::chrono::floor<std::chrono::seconds>(now());
    if (second != time_second_) {
        time_second_ = second;
        time_text_ = base::to_rfc3339(second);
    }
    return time_text_;
}

// ---- who a device is -------------------------------------------------------------------------------------------

std::size_t LoadContext::group_number(std::uint32_t device) const
{
    return static_cast<std::size_t>(&scenario.group_of(device) - scenario.groups.data());
}

Persona const& LoadContext::persona_of(std::uint32_t device) const
{
    auto const& group = scenario.group_of(device);
    return *find_persona(group.personas[(device - group.first) % group.personas.size()]);
}

std::string LoadContext::serial_of(std::uint32_t device) const
{
    return scenario_serial(scenario, device);
}

std::string const& LoadContext::oui_of(std::uint32_t device) const
{
    auto const& own = scenario.group_of(device).oui;
    return own.empty() ? persona_of(device).oui : own;
}

bool LoadContext::is_behind_nat(std::uint32_t device) const
{
    auto const share = scenario.group_of(device).nat;
    return share > 0 && share_of(mixed(mixed(scenario.seed, nat_salt), device)) < share;
}

std::string LoadContext::request_url_of(std::uint32_t device) const
{
    if (request_port == 0 || is_behind_nat(device))  // an address of the home network, where nothing comes to
        return fmt::format("http://10.{}.{}.{}:7547/", device >> 16 & 0xff, device >> 8 & 0xff, device & 0xff);
    auto const check = mixed(mixed(scenario.seed, path_salt), device) >> 32;
    return fmt::format("http://{}:{}/{:x}-{:08x}", scenario.connection_request_address, request_port, device, check);
}

std::optional<std::uint32_t> LoadContext::device_at(std::string_view path) const
{
    if (!path.starts_with('/'))
        return std::nullopt;
    std::uint32_t device = 0;
    auto const [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), device, 16);
    if (error != std::errc{} || device >= scenario.devices() || is_behind_nat(device))
        return std::nullopt;
    auto const known = request_url_of(device);
    if (!known.ends_with(path) || known[known.size() - path.size() - 1] == '/')
        return std::nullopt;
    return device;
}

DeviceSettings LoadContext::settings_of(std::uint32_t device) const
{
    auto const& group = scenario.group_of(device);
    auto const& persona = persona_of(device);
    auto const& oui = oui_of(device);
    DeviceSettings settings;
    settings.serial_number = serial_of(device);
    settings.oui = oui;
    // Devices that share an Inform share what it says beside the identity.
    settings.seed = mixed(scenario.seed, group.is_whole ? device : group.first);
    settings.acs_url = scenario.acs_url;
    settings.acs_username = expand_login(scenario.username, oui, persona.product_class, settings.serial_number);
    settings.acs_password = expand_login(scenario.password, oui, persona.product_class, settings.serial_number);
    settings.connection_request_url = request_url_of(device);
    settings.connection_request_username = fmt::format("{}-{}", oui, settings.serial_number);
    settings.connection_request_password = fmt::format("{:016x}", mixed(mixed(scenario.seed, device), 1));
    settings.inform_interval = group.inform_interval;
    return settings;
}

InformTemplate const& LoadContext::inform_template(std::uint32_t device, std::uint8_t reasons)
{
    auto const& persona = persona_of(device);
    auto& slot = templates_[{group_number(device), &persona}][reasons & reason::all];
    if (!slot)
        slot = std::make_unique<InformTemplate>(persona, settings_of(device), reasons);
    return *slot;
}

std::optional<boost::asio::ip::address> LoadContext::next_source()
{
    if (scenario.source_addresses == 0 || !server.address().is_loopback() || !server.address().is_v4())
        return std::nullopt;
    auto const last = 1 + sources_given_++ % scenario.source_addresses;
    return boost::asio::ip::address_v4{0x7f000100 + last};
}

// ---- what is noted ---------------------------------------------------------------------------------------------

void LoadContext::acknowledged(std::uint32_t device, std::span<cwmp::Event const> events, std::uint32_t retry_count)
{
    ++statistics.informs;
    auto const is_periodic = events.size() == 1 && events[0].code == cwmp::event_code::periodic;
    statistics.periodic_informs += is_periodic;
    if (ledger && !is_periodic)
        ledger->inform(now(), oui_of(device), persona_of(device).product_class, serial_of(device), events, retry_count);
}

void LoadContext::note(std::uint32_t device, LedgerEntry entry)
{
    if (!ledger)
        return;
    entry.at = now();
    entry.oui = oui_of(device);
    entry.product_class = persona_of(device).product_class;
    entry.serial_number = serial_of(device);
    ledger->write(entry);
}

void LoadContext::answered(std::uint32_t device, cwmp::Message const& request, cwmp::Message const& answer,
                           bool settled)
{
    auto const* fault = std::get_if<cwmp::Fault>(&answer);
    ++statistics.rpcs;
    statistics.faults_sent += fault != nullptr;
    LedgerEntry entry{.kind = LedgerKind::rpc};
    entry.method = cwmp::method_name(request);
    entry.command_key = key_of(request);
    entry.fault = fault != nullptr ? fault->code : 0;
    entry.count = settled ? 1 : 0;
    note(device, std::move(entry));
}

void LoadContext::session_began(bool is_retry)
{
    ++statistics.sessions;
    statistics.retries += is_retry;
    statistics.live_most = std::max(statistics.live_most, ++statistics.live);
}

void LoadContext::count_failure(std::string_view kind)
{
    if (stopping)
        return statistics.count_error("stopped");
    ++statistics.failed;
    statistics.count_error(kind);
}

void LoadContext::session_ended()
{
    --statistics.live;
}

// ---- who is late -----------------------------------------------------------------------------------------------

std::size_t LoadContext::watch(net::Stream& stream, std::chrono::steady_clock::time_point deadline)
{
    if (free_.empty()) {
        watched_.push_back({&stream, deadline});
        return watched_.size() - 1;
    }
    auto const number = free_.back();
    free_.pop_back();
    watched_[number] = {&stream, deadline};
    return number;
}

void LoadContext::rewatch(std::size_t number, std::chrono::steady_clock::time_point deadline) noexcept
{
    watched_[number].deadline = deadline;
}

void LoadContext::unwatch(std::size_t number) noexcept
{
    watched_[number] = {};
    free_.push_back(number);
}

void LoadContext::check_watched()
{
    auto const now = std::chrono::steady_clock::now();
    for (auto const& one : watched_)
        if (one.stream != nullptr && (stopping || one.deadline < now))
            one.stream->abort();
}

std::string key_of(cwmp::Message const& request)
{
    return std::visit(
        []<class Request>(Request const& r) -> std::string {
            if constexpr (requires {
                              { r.command_key } -> std::convertible_to<std::string>;
                          })
                return r.command_key;
            else if constexpr (requires {
                                   { r.parameter_key } -> std::convertible_to<std::string>;
                               })
                return r.parameter_key;
            else if constexpr (std::same_as<Request, cwmp::ChangeDUState>)
                return r.command_key.value_or("");
            else
                return {};
        },
        request);
}

}  // namespace sim
