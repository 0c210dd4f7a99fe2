#pragma once

#include "base/result.hpp"
#include "cli/profile.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// Why the server did not do what it was asked.
struct Refusal {
    unsigned status = 0;  ///< 0: it could not be asked
    std::string what;     ///< sentences for the person at the terminal, all bad fields among them

    /// The server or its database is away: asking again may help.
    [[nodiscard]] bool may_pass() const noexcept { return status == 0 || status >= 500; }
};

template <class T>
using Reply = std::expected<T, Refusal>;

/// Speaks with the server's API over one connection, and waits for each answer.
class Client {
public:
    /// Fails for a URL that is none and a CA file that cannot be read.
    [[nodiscard]] static base::Result<Client> create(Server server);
    ~Client();
    Client(Client&&) noexcept;

    /// `target` is the path below /api/v1 with its query: "/devices?limit=5". `hold` is how long the server was asked
    /// to hold its answer.
    [[nodiscard]] Reply<boost::json::object> get(std::string_view target, std::chrono::seconds hold = {});
    /// Carried out once, even when the connection is lost before its answer has come: it is repeated then with the same
    /// Idempotency-Key, for as long as an answer was waited for anyway.
    [[nodiscard]] Reply<boost::json::object> post(std::string_view target, boost::json::object const& body,
                                                  std::chrono::seconds hold = {});
    /// Writes what comes to `out` while it comes: a list in another form than JSON. Fails when not all of it came.
    [[nodiscard]] Reply<void> copy(std::string_view target, std::ostream& out);
    [[nodiscard]] Reply<boost::json::object> patch(std::string_view target, boost::json::object const& body);
    [[nodiscard]] Reply<boost::json::object> put(std::string_view target, boost::json::object const& body);
    /// A text, as it was sent.
    [[nodiscard]] Reply<std::string> text(std::string_view target);
    /// An empty object when the answer has no body.
    [[nodiscard]] Reply<boost::json::object> remove(std::string_view target);
    /// Gives the pieces of a stream as they come until it ends, or `take` says false.
    [[nodiscard]] Reply<void> listen(std::string_view target, std::function<bool(std::string_view piece)> take);
    /// Sends a file's bytes as the body. Carried out once, as post() is; when the connection is lost, the file is sent
    /// again as long as half a minute has not gone by since.
    [[nodiscard]] Reply<boost::json::object> upload(std::string_view target, std::string const& path,
                                                    std::string_view type = "application/octet-stream");
    /// The same with a text.
    [[nodiscard]] Reply<boost::json::object> send(std::string_view target, std::string text, std::string_view type);

private:
    struct State;
    explicit Client(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A text made fit for one segment of a path or one value of a query.
[[nodiscard]] std::string encoded(std::string_view text);

}  // namespace cli
