#pragma once

#include "net/body_receiver.hpp"
#include "net/handshake_queue.hpp"
#include "net/server.hpp"
#include "net/source_counts.hpp"
#include "net/stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/intrusive/list.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace net {

class ServerConnection;

using Acceptor = boost::asio::basic_socket_acceptor<Tcp, base::Executor>;

/// What a listener counts.
struct ListenerCounters {
    ListenerCounters(base::Metrics& metrics, std::string const& listener);

    base::Gauge& connections;
    base::Counter& accepted;
    base::Counter& requests;
    base::Counter& handshakes;
    base::Counter& handshakes_resumed;
    base::Counter& refused_connections;  ///< beyond Listener::max_connections
    base::Counter& refused_sources;      ///< beyond Listener::max_connections_per_source
    base::Counter& failed_handshakes;
    base::Counter& bad_proxy_headers;
    base::Counter& bad_requests;  ///< malformed, too large ...
    base::Counter& timeouts;
    base::Counter& failures;  ///< exceptions of the handler
};

/// A listener as all threads share it.
struct SharedListener {
    SharedListener(Listener listener, Handler& h, Networks networks, base::Metrics& metrics);

    Listener config;
    Handler& handler;
    Networks trusted;
    ListenerCounters counters;
    std::atomic<std::size_t> connections{0};
    SourceCounts sources;
    std::atomic<std::int64_t> source_told{0};  ///< when the log last told of a source with too many, seconds
    MemoryBudget bodies;

    /// Counts a refusal, and tells the log of it now and then.
    void refuse_source(boost::asio::ip::address const& source);
};

/// How many connections there are in the whole server, for those who wait for their end.
struct Population {
    std::atomic<std::size_t> count{0};
    std::mutex mutex;
    std::condition_variable gone;

    void leave();
};

/// One thread's part of the server: its sockets, its connections and their deadlines. Touched on that thread only.
class ServerThread : public std::enable_shared_from_this<ServerThread> {
public:
    ServerThread(boost::asio::io_context& context, std::size_t index, std::shared_ptr<Population> population);
    ~ServerThread();

    /// Accepts on a listening socket from now on.
    void adopt(std::shared_ptr<SharedListener> listener, int descriptor, bool is_v6, std::size_t max_handshakes);
    void stop_accepting() noexcept;
    /// Closes what may be closed now and the rest as soon as it may.
    void begin_drain();
    void abort_all() noexcept;
    /// When the thread does not run any more: lets the handlers' objects go, before the handlers do.
    void abandon() noexcept;

    void enter(ServerConnection& connection);
    void leave(ServerConnection& connection) noexcept;

    [[nodiscard]] std::uint64_t now() const noexcept { return seconds_; }     ///< counted by the ticker
    [[nodiscard]] std::string const& date() const noexcept { return date_; }  ///< for the Date field
    [[nodiscard]] bool draining() const noexcept { return draining_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    [[nodiscard]] std::uint64_t next_id() noexcept { return std::uint64_t{index_} << 48 | ++last_id_; }

    /// One listening socket.
    struct Port {
        Port(boost::asio::io_context& context, std::shared_ptr<SharedListener> l, std::size_t most_handshakes)
            : listener{std::move(l)},
              acceptor{context},
              handshakes{std::make_shared<HandshakeQueue>(context, most_handshakes)}
        {
        }
        std::shared_ptr<SharedListener> listener;
        Acceptor acceptor;
        std::shared_ptr<HandshakeQueue> handshakes;
    };

private:
    base::Awaitable<void> accept_all(std::shared_ptr<ServerThread> self, std::shared_ptr<Port> port);
    base::Awaitable<bool> may_accept(Port& port);
    base::Awaitable<void> tick(std::shared_ptr<ServerThread> self);
    void start_ticking();
    void begin(std::shared_ptr<Port> const& port, Socket socket, Tcp::endpoint const& peer);
    /// False when the client is one too many, and was told so.
    [[nodiscard]] bool has_place(SharedListener& listener, Socket& socket, Tcp::endpoint const& peer,
                                 std::optional<SourceCounts::Place>& place);

    struct Members;  // keeps Boost.Intrusive's hook out of ServerConnection's users
    boost::asio::io_context& context_;
    std::size_t index_;
    std::shared_ptr<Population> population_;
    std::unique_ptr<Members> members_;
    std::vector<std::shared_ptr<Port>> ports_;
    Timer ticker_;
    std::string date_;
    std::uint64_t seconds_ = 0;
    std::uint64_t last_id_ = 0;
    bool ticking_ = false;
    bool draining_ = false;
};

}  // namespace net
