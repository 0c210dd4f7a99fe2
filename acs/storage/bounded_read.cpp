#include "storage/bounded_read.hpp"

#include "base/unavailable.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace storage {

namespace {

using std::chrono::steady_clock;

/// libpqxx 6 reads results whole and has no public way to the connection of libpq. Naming a private member in an
/// explicit instantiation is allowed ([temp.spec.general]).
template <auto Member>
struct HandleOf {
    friend PGconn* handle_of(pqxx::connection_base const& connection) { return (connection.*Member)(); }
};
template struct HandleOf<&pqxx::connection_base::raw_connection>;
PGconn* handle_of(pqxx::connection_base const& connection);

using Result = std::unique_ptr<PGresult, decltype([](PGresult* result) { PQclear(result); })>;

PGresult const* result_of(void const* result)
{
    return static_cast<PGresult const*>(result);
}

std::size_t size_of(PGresult const* row)
{
    std::size_t bytes = 0;
    for (int column = 0; column < PQnfields(row); ++column)
        bytes += static_cast<std::size_t>(PQgetlength(row, 0, column));
    return bytes;
}

/// Asks the server to end what the connection is doing, without waiting for a server that does not listen.
std::future<void> order_cancel(PGconn* connection)
{
    std::shared_ptr<PGcancel> const order{PQgetCancel(connection), [](PGcancel* cancel) { PQfreeCancel(cancel); }};
    std::packaged_task<void()> task{[order] {
        std::array<char, 256> why{};
        if (order)
            PQcancel(order.get(), why.data(), why.size());
    }};
    auto done = task.get_future();
    std::thread{std::move(task)}.detach();
    return done;
}

/// One statement on its way.
class Reading {
public:
    Reading(PGconn* connection, ReadLimits const& limits, std::function<void(RowView)> const& take)
        : connection_{connection}, limits_{limits}, take_{take}
    {
        PQsetnonblocking(connection_, 1);
    }
    ~Reading() { PQsetnonblocking(connection_, 0); }
    Reading(Reading const&) = delete;
    Reading& operator=(Reading const&) = delete;

    void send(std::string const& name, std::string const& sql, std::span<std::string const> parameters)
    {
        std::vector<char const*> values;
        for (auto const& parameter : parameters)
            values.push_back(parameter.c_str());
        auto const count = static_cast<int>(values.size());
        auto const sent =
            name.empty()
                ? PQsendQueryParams(connection_, sql.c_str(), count, nullptr, values.data(), nullptr, nullptr, 0)
                : PQsendQueryPrepared(connection_, name.c_str(), count, values.data(), nullptr, nullptr, 0);
        if (sent == 0 || PQsetSingleRowMode(connection_) == 0)
            throw pqxx::broken_connection{PQerrorMessage(connection_)};
    }

    /// Takes what comes until the server is done with the statement, however it ended.
    void finish()
    {
        while (auto const result = next())
            take(result.get());
        if (order_.valid() && order_.wait_for(limits_.patience) != std::future_status::ready)
            give_up();  // a late order would end whatever the connection does next
        if (PQstatus(connection_) == CONNECTION_BAD)
            throw pqxx::broken_connection{PQerrorMessage(connection_)};
        if (thrown_)
            std::rethrow_exception(thrown_);
        if (bytes_ > limits_.bytes)
            throw TooMuch{fmt::format("the result has more than {} MiB", limits_.bytes / (1024 * 1024))};
    }

private:
    void take(PGresult* result)
    {
        auto const status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE)
            take_row(result);
        else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && !thrown_ && bytes_ <= limits_.bytes)
            thrown_ = std::make_exception_ptr(
                pqxx::sql_error{PQresultErrorMessage(result), "", PQresultErrorField(result, PG_DIAG_SQLSTATE)});
    }

    void take_row(PGresult const* row)
    {
        if (thrown_ || bytes_ > limits_.bytes)
            return;  // it was cancelled; these were under way
        bytes_ += size_of(row);
        if (bytes_ > limits_.bytes)
            return cancel();
        try {
            take_(RowView{row});
        } catch (...) {
            thrown_ = std::current_exception();
            cancel();
        }
    }

    Result next()
    {
        while (PQisBusy(connection_) != 0) {
            wait();
            if (PQconsumeInput(connection_) == 0)
                throw pqxx::broken_connection{PQerrorMessage(connection_)};
        }
        return Result{PQgetResult(connection_)};
    }

    /// Until there is something to read, and all was sent.
    void wait()
    {
        for (;;) {
            auto const unsent = PQflush(connection_);
            if (unsent < 0)
                throw pqxx::broken_connection{PQerrorMessage(connection_)};
            auto const left =
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now()).count();
            pollfd socket{PQsocket(connection_), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
            if (left > 0 && ::poll(&socket, 1, static_cast<int>(left)) > 0 && (socket.revents & ~POLLOUT) != 0)
                return;
            if (steady_clock::now() < deadline_)
                continue;
            if (order_.valid())
                give_up();
            cancel();
        }
    }

    void cancel()
    {
        if (order_.valid())
            return;
        deadline_ = steady_clock::now() + limits_.patience;
        order_ = order_cancel(connection_);
    }

    /// What is done on this connection from now on fails at once.
    [[noreturn]] void give_up()
    {
        ::shutdown(PQsocket(connection_), SHUT_RDWR);
        throw base::Unavailable{
            "the database did not end a statement of a rule, and did not answer when it was told to"};
    }

    PGconn* connection_;
    ReadLimits const& limits_;
    std::function<void(RowView)> const& take_;
    steady_clock::time_point deadline_ = steady_clock::now() + limits_.deadline;
    std::future<void> order_;  ///< to cancel the statement; valid once it was given
    std::size_t bytes_ = 0;
    std::exception_ptr thrown_;
};

}  // namespace

int RowView::columns() const noexcept
{
    return PQnfields(result_of(result_));
}

std::string_view RowView::text(int column) const noexcept
{
    return {PQgetvalue(result_of(result_), 0, column),
            static_cast<std::size_t>(PQgetlength(result_of(result_), 0, column))};
}

bool RowView::is_null(int column) const noexcept
{
    return PQgetisnull(result_of(result_), 0, column) != 0;
}

std::int64_t RowView::integer(int column) const noexcept
{
    std::int64_t value = 0;
    auto const digits = text(column);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

void read_rows(pqxx::connection_base& connection, std::string const& name, std::string const& sql,
               std::span<std::string const> parameters, ReadLimits const& limits,
               std::function<void(RowView)> const& take)
{
    if (!name.empty()) {
        connection.prepare(name, sql);
        connection.prepare_now(name);
    }
    Reading reading{handle_of(connection), limits, take};
    reading.send(name, sql, parameters);
    reading.finish();
}

}  // namespace storage
