#pragma once

#include "base/awaitable.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// The connection-request server of a CPE that does what a test says.
class ScriptedCpe {
public:
    enum class Then { keep, close, reset, hang };
    struct Reply {
        std::string bytes;
        Then then = Then::close;
        int repeat = 1;  ///< how often the bytes are sent
    };

    explicit ScriptedCpe(boost::asio::io_context& context,
                         boost::asio::ip::address const& address = boost::asio::ip::address_v4::loopback())
        : acceptor_{context, {address, 0}}
    {
        boost::asio::co_spawn(context, accept(), boost::asio::detached);
    }

    /// What is answered to a request, the first is number 1.
    std::function<Reply(std::size_t number, std::string const& request)> script;
    std::vector<std::string> requests;  ///< the heads, in order

    [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + port() + "/cr/abc"; }

private:
    using Socket = boost::asio::ip::tcp::socket;

    base::Awaitable<void> accept()
    {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(base::use_awaitable);
            boost::asio::co_spawn(co_await boost::asio::this_coro::executor, talk(std::move(socket)),
                                  boost::asio::detached);
        }
    }

    base::Awaitable<void> talk(Socket socket)
    {
        std::string received;
        for (;;) {
            auto const [failed, size] = co_await boost::asio::async_read_until(
                socket, boost::asio::dynamic_buffer(received), "\r\n\r\n", base::as_tuple);
            if (failed)
                co_return;
            requests.push_back(received.substr(0, size));
            received.erase(0, size);
            auto const reply = script(requests.size(), requests.back());
            for (int i = 0; i < reply.repeat; ++i) {
                auto const [broken, sent] =
                    co_await boost::asio::async_write(socket, boost::asio::buffer(reply.bytes), base::as_tuple);
                if (broken)
                    co_return;
            }
            if (reply.then == Then::hang)
                waiting_.push_back(std::move(socket));
            if (reply.then == Then::reset)
                socket.set_option(Socket::linger{true, 0});
            if (reply.then != Then::keep)
                co_return;
        }
    }

    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<Socket> waiting_;
};

}  // namespace test
