#pragma once

#include "base/clock.hpp"
#include "base/counters.hpp"
#include "net/tls.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace app {

/// Keeps the certificates of listeners fresh: takes changed files, tells metrics how long each is good for
/// (`acs_certificate_days_left`), and warns in the log before one expires. Used by one thread at a time.
class CertificateWatch {
public:
    /// `warn_before`: how long before the end of a certificate the log begins to say so, once a day.
    CertificateWatch(std::vector<std::shared_ptr<net::TlsServerContext>> contexts, base::Metrics& metrics,
                     std::chrono::days warn_before);

    /// Takes files that were changed, as long as the authority that signed them stays the same; then tells what is
    /// left.
    void look(base::TimePoint now);
    /// Takes the files as they are, also of another authority: warns of it.
    void reload(base::TimePoint now);

private:
    void tell(base::TimePoint now);
    void tell(net::CertificateFacts const& facts, base::TimePoint now);
    base::Gauge& days_left(std::string const& file);

    std::vector<std::shared_ptr<net::TlsServerContext>> contexts_;
    base::Metrics& metrics_;
    std::chrono::days warn_before_;
    std::map<std::string, base::TimePoint> warned_;  ///< file -> when
};

}  // namespace app
