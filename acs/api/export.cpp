#include "api/export.hpp"

#include "api/csv_text.hpp"
#include "api/export_wish.hpp"
#include "api/subrequest.hpp"
#include "domain/json_read.hpp"
#include "net/compression.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace api {

namespace json = boost::json;

namespace {

constexpr unsigned page_size = 500;  ///< items

/// A page of a list, taken from its answer.
struct Page {
    json::array items;
    std::string next;  ///< cursor; empty: it is the last one
};

/// None for an answer that is no list.
std::optional<Page> page_of(net::Response const& response)
{
    auto const* const body = std::get_if<std::string>(&response.body);
    if (response.status != 200 || body == nullptr || !body->starts_with(R"({"items":)"))
        return std::nullopt;
    auto whole = json::parse(*body).as_object();
    return Page{std::move(whole.at("items").as_array()), domain::text_in(whole, "next")};
}

json::value value_of(json::object const& item, ExportColumn const& column)
{
    auto const* value = item.if_contains(column.member);
    if (value != nullptr && !column.path.empty())
        value = value->is_object() ? value->get_object().if_contains(column.path) : nullptr;
    return value != nullptr ? *value : json::value(nullptr);
}

/// Writes items as lines of one form.
class Lines {
public:
    Lines(ListForm form, std::vector<ExportColumn> columns) : form_{form}, columns_{std::move(columns)} {}

    /// Fails naming the first column that the items do not have.
    [[nodiscard]] Outcome<void> check(json::array const& items) const
    {
        for (auto const& column : columns_)
            if (!items.empty() && !items.front().as_object().contains(column.member))
                return bad_request("columns names what there is not.",
                                   {{"columns", fmt::format("\"{}\" is none of its members.", column.member)}});
        return {};
    }

    std::string write(json::array const& items)
    {
        std::string text;
        if (form_ == ListForm::csv && !has_headings_)
            text += headings(items);
        for (auto const& item : items)
            text += form_ == ListForm::csv ? record(item.as_object()) : line(item.as_object());
        count_ += items.size();
        return text;
    }

    [[nodiscard]] std::string end() const
    {
        return form_ == ListForm::csv ? "" : fmt::format("{{\"end\":true,\"items\":{}}}\n", count_);
    }

private:
    /// Without columns those of the first item: all items of a list have the same.
    std::string headings(json::array const& items)
    {
        if (columns_.empty() && !items.empty())
            for (auto const& [name, value] : items.front().as_object())
                columns_.push_back({std::string{name.data(), name.size()}, ""});
        std::vector<std::string> names;
        for (auto const& column : columns_)
            names.push_back(column.heading());
        has_headings_ = !names.empty();
        return names.empty() ? "" : csv_line(names);
    }
    [[nodiscard]] std::string record(json::object const& item) const
    {
        std::vector<std::string> cells;
        for (auto const& column : columns_)
            cells.push_back(csv_cell(value_of(item, column)));
        return csv_line(cells);
    }
    [[nodiscard]] std::string line(json::object const& item) const
    {
        json::object chosen;
        for (auto const& column : columns_)
            chosen[column.heading()] = value_of(item, column);
        return json::serialize(columns_.empty() ? item : chosen) + '\n';
    }

    ListForm form_;
    std::vector<ExportColumn> columns_;
    std::uint64_t count_ = 0;
    bool has_headings_ = false;  ///< a page without items, which is not the last one, may have had none
};

/// Asks for the pages of a list, one after another.
class Pages {
public:
    Pages(Call const& call, std::string const& query) : context_{call.context}, caller_{call.caller}
    {
        head_.headers = call.request.headers;
        head_.peer = call.request.peer;
        head_.connection = call.request.connection;
        target_ = fmt::format("{}?{}&limit={}", call.request.path(), query, page_size);
    }

    /// The answer with the page behind a cursor ("": the first one).
    Answer read(std::string after)
    {
        return ask(context_, head_, caller_, after.empty() ? target_ : fmt::format("{}&after={}", target_, after));
    }

private:
    Context const& context_;
    Caller caller_;
    net::RequestHead head_;
    std::string target_;
};

class ExportStream final : public net::PushStream {
public:
    ExportStream(Pages pages, Page first, Lines lines, bool is_gzipped, std::shared_ptr<void> place)
        : pages_{std::move(pages)}, page_{std::move(first)}, lines_{std::move(lines)}, place_{std::move(place)}
    {
        if (is_gzipped)
            gzip_.emplace();
    }

    base::Awaitable<std::optional<std::string>> next() override
    {
        if (is_over_)
            co_return std::nullopt;
        if (is_cancelled_)
            throw std::runtime_error{"an export was cut: the client has gone, or the server stops"};
        if (!page_)
            page_ = co_await read_page();
        auto text = lines_.write(page_->items);
        next_ = std::move(page_->next);
        page_.reset();
        is_over_ = next_.empty();
        if (is_over_)
            text += lines_.end();
        co_return packed(text);
    }
    void cancel() noexcept override { is_cancelled_ = true; }

private:
    base::Awaitable<Page> read_page()
    {
        auto const answer = co_await pages_.read(next_);
        if (!answer)
            throw std::runtime_error{fmt::format("an export was cut: {}", answer.error().detail)};
        auto page = page_of(*answer);
        if (!page)
            throw std::logic_error{"a list gave something else for its next page"};
        co_return *std::move(page);
    }
    std::string packed(std::string const& text)
    {
        if (!gzip_)
            return text;
        auto packed = gzip_->add(text);
        if (is_over_)
            packed += gzip_->finish();
        return packed;
    }

    Pages pages_;
    std::optional<Page> page_;  ///< read, and not yet sent
    std::string next_;
    Lines lines_;
    std::optional<net::GzipWriter> gzip_;
    std::shared_ptr<void> place_;
    bool is_over_ = false;
    bool is_cancelled_ = false;
};

net::Response stream_response(ListForm form, bool is_gzipped, std::unique_ptr<net::PushStream> stream)
{
    net::Response response;
    response.headers.set("Content-Type", form == ListForm::csv ? "text/csv" : "application/x-ndjson");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Vary", "Accept, Accept-Encoding");
    if (is_gzipped)
        response.headers.set("Content-Encoding", "gzip");
    response.body = std::move(stream);
    return response;
}

std::unexpected<Problem> too_many()
{
    auto failure = problem(503, "busy", "As many lists are being exported as may be at once. Try again in a while.");
    failure.error().headers.set("Retry-After", "30");
    return failure;
}

/// What is no list is given as it always is, unless the URL insists.
Answer export_list(Route const& route, Call call, ExportWish wish)
{
    auto place = call.context.exports.enter();
    if (!place)
        co_return too_many();
    Pages pages{call, wish.query};
    auto answer = co_await pages.read("");
    auto first = answer ? page_of(*answer) : std::nullopt;
    if (!first && !wish.is_insistent && wish.columns.empty())
        co_return co_await route.endpoint(std::move(call));
    if (!answer)
        co_return std::unexpected{std::move(answer).error()};
    if (!first)
        co_return bad_request("format is for lists only.", {{"format", "is for lists only."}});
    Lines lines{wish.form, std::move(wish.columns)};
    if (auto checked = lines.check(first->items); !checked)
        co_return std::unexpected{std::move(checked).error()};
    bool const is_gzipped = call.request.accepts_gzip();
    co_return stream_response(wish.form, is_gzipped,
                              std::make_unique<ExportStream>(std::move(pages), *std::move(first), std::move(lines),
                                                             is_gzipped, std::move(place)));
}

}  // namespace

std::shared_ptr<void> Exports::enter()
{
    if (running_.fetch_add(1) >= most_) {
        --running_;
        return nullptr;
    }
    return {this, [this](void*) { --running_; }};
}

Answer read_or_export(Route const& route, Call call)
{
    auto wish = read_export_wish(call.request);
    if (!wish)
        co_return std::unexpected{std::move(wish).error()};
    if (wish->form != ListForm::json)
        co_return co_await export_list(route, std::move(call), *std::move(wish));
    co_return co_await route.endpoint(std::move(call));
}

}  // namespace api
