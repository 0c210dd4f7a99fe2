#pragma once

#include "net/digest.hpp"
#include "net/http.hpp"
#include "net/threads.hpp"
#include "session/services.hpp"
#include "session/standing.hpp"

#include <memory>
#include <string>
#include <vector>

namespace session {

/// How a listener for CPEs finds out who informs.
enum class LoginPolicy {
    none,   ///< everybody is let in as who he says he is: labs, or networks that vouch for their devices
    basic,  ///< only sensible over TLS
    digest,
    any,  ///< Digest is offered, Basic is taken too
};

/// A login for first contact that the configuration knows; the secrets are of the endpoint's realm.
struct SharedLogin {
    std::string username;
    net::DigestSecret secret;
};

/// How one listener treats CPEs.
struct EndpointPolicy {
    LoginPolicy login = LoginPolicy::digest;
    bool open_enrolment = false;     ///< devices never heard of are active at once, not pending
    bool enrol_certificates = true;  ///< so are those whose client certificate names them
    /// How a client certificate names its device: "CN={oui}-{serial}", an attribute of the subject (or DNS, URI: an
    /// alternative name) and what it reads, with {oui}, {class} and {serial}. Empty: the forms of TR-069 3.4.4.
    std::string client_subject;
    std::vector<SharedLogin> shared_logins;
    ReEnrolment re_enrolment;    ///< of devices that come back from their factory defaults
    net::DigestSettings digest;  ///< the realm is one constant for the whole fleet: the stored HA1 depend on it
};

/// The CWMP side of one listener: who (login), which session (cookie, else connection), and the bytes in between.
/// A session belongs to the thread that opened it; its requests that arrive on another thread are handed over.
class CwmpEndpoint final : public net::Handler {
public:
    /// `threads` are those of the server that calls; it and all that `services` refers to must outlive the endpoint,
    /// the endpoint must outlive the server's connections and the threads' coroutines.
    CwmpEndpoint(Services services, EndpointPolicy policy, net::Threads& threads);
    ~CwmpEndpoint() override;

    [[nodiscard]] net::BodyPolicy on_head(net::RequestHead const& head) override;
    base::Awaitable<net::Response> handle(net::Request& request) override;
    [[nodiscard]] bool may_close(net::Connection const& connection) noexcept override;

    /// Sessions that are open now.
    [[nodiscard]] std::size_t sessions() const;
    /// The newest of them that the query means, in no order. On an I/O thread.
    base::Awaitable<std::vector<domain::OpenSession>> open_sessions(domain::SessionQuery query) const;
    /// Whether a device is in one, over a connection that lives. From any thread.
    [[nodiscard]] bool has_session(domain::DeviceKey device) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace session
