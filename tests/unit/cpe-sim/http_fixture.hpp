#pragma once

#include "base/counters.hpp"
#include "net/http.hpp"
#include "net/server.hpp"
#include "net/threads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace test {

/// A request as the server saw it.
struct Heard {
    std::string method, target, body, authorization, cookie, content_type, content_encoding, connection;
    std::string tls_version;
    int version = 11;
    std::uint64_t connection_id = 0;
    bool has_soap_action = false;
    bool was_compressed = false;
};

/// A real HTTP server on loopback whose answers a test gives as a function.
class HttpServer final : public net::Handler {
public:
    using Answer = std::function<net::Response(net::Request const&, std::size_t number)>;

    explicit HttpServer(Answer answer, std::shared_ptr<net::TlsServerContext> tls = nullptr)
        : answer_{std::move(answer)}, is_tls_{tls != nullptr}, threads_{1}, server_{threads_, metrics_}
    {
        net::Listener listener;
        listener.name = "test";
        listener.address = "127.0.0.1";
        listener.tls = std::move(tls);
        auto const listening = server_.listen(std::move(listener), *this);
        EXPECT_TRUE(listening) << (listening ? "" : listening.error().what);
        threads_.start();
    }
    ~HttpServer() override
    {
        server_.stop();
        threads_.stop();
    }

    [[nodiscard]] std::string url(std::string const& path) const
    {
        return std::string{is_tls_ ? "https" : "http"} + "://127.0.0.1:" + std::to_string(server_.local_port("test")) +
               path;
    }

    [[nodiscard]] std::vector<Heard> heard() const
    {
        std::lock_guard const lock{mutex_};
        return heard_;
    }

    base::Awaitable<net::Response> handle(net::Request& request) override
    {
        std::size_t number = 0;
        {
            std::lock_guard const lock{mutex_};
            auto const text = [&](char const* name) { return std::string{request.headers.get(name)}; };
            heard_.push_back({request.method, request.target, request.body, text("Authorization"), text("Cookie"),
                              text("Content-Type"), text("Content-Encoding"), text("Connection"),
                              std::string{request.connection->tls_version()}, request.version, request.connection->id(),
                              request.headers.has("SOAPAction"), request.was_compressed});
            number = heard_.size() - 1;
        }
        co_return answer_(request, number);
    }

private:
    Answer answer_;
    bool is_tls_;
    mutable std::mutex mutex_;
    std::vector<Heard> heard_;
    net::Threads threads_;
    base::Metrics metrics_;
    net::Server server_;
};

}  // namespace test
