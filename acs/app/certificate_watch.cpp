#include "app/certificate_watch.hpp"

#include "base/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <utility>

namespace app {

namespace {

constexpr std::chrono::days between_warnings{1};
constexpr std::chrono::days urgent{7};

/// As the value of a label: Prometheus' escapes.
std::string label_text(std::string_view text)
{
    std::string escaped;
    for (char const c : text) {
        if (c == '"' || c == '\\')
            escaped += '\\';
        escaped += c == '\n' ? ' ' : c;
    }
    return escaped;
}

void warn_of_authorities(std::vector<net::CertificateFacts> const& before,
                         std::vector<net::CertificateFacts> const& after)
{
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i)
        if (before[i].authority != after[i].authority)
            base::log::warning("app.authority_changed", {{"file", after[i].file},
                                                         {"before", before[i].authority},
                                                         {"now", after[i].authority},
                                                         {"reason", "CPEs that do not trust it will not come back"}});
}

}  // namespace

CertificateWatch::CertificateWatch(std::vector<std::shared_ptr<net::TlsServerContext>> contexts, base::Metrics& metrics,
                                   std::chrono::days warn_before)
    : contexts_{std::move(contexts)}, metrics_{metrics}, warn_before_{warn_before}
{
}

void CertificateWatch::look(base::TimePoint now)
{
    for (auto const& context : contexts_) {
        auto const reloaded = context->reload_if_changed();
        if (!reloaded)
            base::log::error("app.certificates", {{"reason", reloaded.error().what}});
        else if (*reloaded)
            base::log::info("app.certificates_taken", {{"file", context->certificates().front().file}});
    }
    tell(now);
}

void CertificateWatch::reload(base::TimePoint now)
{
    for (auto const& context : contexts_) {
        auto const before = context->certificates();
        if (auto const reloaded = context->reload(); !reloaded)
            base::log::error("app.certificates", {{"reason", reloaded.error().what}});
        warn_of_authorities(before, context->certificates());
    }
    tell(now);
}

void CertificateWatch::tell(base::TimePoint now)
{
    std::set<std::string> told;
    for (auto const& context : contexts_)
        for (auto const& facts : context->certificates())
            if (told.insert(facts.file).second)
                tell(facts, now);
}

void CertificateWatch::tell(net::CertificateFacts const& facts, base::TimePoint now)
{
    auto const left = std::chrono::floor<std::chrono::days>(facts.not_after - now);
    days_left(facts.file).set(left.count());
    if (left >= warn_before_) {
        warned_.erase(facts.file);
        return;
    }
    auto& warned = warned_[facts.file];
    if (now - warned < between_warnings)
        return;
    warned = now;
    auto const end =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(facts.not_after)));
    base::log::write(left < urgent ? base::log::Level::error : base::log::Level::warning, "app.certificate_expires",
                     {{"file", facts.file}, {"subject", facts.subject}, {"expires", end}, {"days", left.count()}});
}

base::Gauge& CertificateWatch::days_left(std::string const& file)
{
    return metrics_.gauge("acs_certificate_days_left", "Days until a certificate in use expires.",
                          fmt::format(R"(file="{}")", label_text(file)));
}

}  // namespace app
