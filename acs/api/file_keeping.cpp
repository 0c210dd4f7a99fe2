#include "api/file_keeping.hpp"

#include "api/audit.hpp"
#include "api/upload.hpp"
#include "api/views.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "domain/file_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace api {

namespace {

constexpr std::size_t max_name_bytes = 128;  ///< so that a file's URL stays below the 256 characters that CPEs take
constexpr std::size_t max_text_bytes = 128;

std::unexpected<Problem> no_room(std::string_view why)
{
    base::log::error("api.file_refused", {{"reason", why}});
    return problem(507, "insufficient_storage", fmt::format("The file could not be kept: {}", why));
}

/// Enters a received file. When that fails its bytes are deleted again.
base::Awaitable<domain::File> enter(Context const& context, domain::File file)
{
    auto const stored_as = file.stored_as;
    std::exception_ptr failure;
    try {
        co_return co_await context.services.files.add(std::move(file));
    } catch (...) {
        failure = std::current_exception();
    }
    if (auto const removed = co_await context.services.directory.remove(stored_as); !removed)
        base::log::warning("api.file_left_behind", {{"stored_as", stored_as}, {"reason", removed.error().what}});
    std::rethrow_exception(failure);
}

}  // namespace

base::Result<void> check_file_name(std::string_view name)
{
    auto const is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/' || c == '\\';
    };
    if (name.empty() || name == "." || name == "..")
        return base::fail("must be the file's name, for instance \"firmware-2.1.bin\".");
    if (name.size() > max_name_bytes)
        return base::fail(fmt::format("must have at most {} bytes.", max_name_bytes));
    if (std::ranges::any_of(name, is_odd))
        return base::fail("must not hold blanks, control characters or slashes.");
    return {};
}

base::Result<void> check_file_text(std::string_view text)
{
    if (text.size() > max_text_bytes)
        return base::fail(fmt::format("must have at most {} bytes.", max_text_bytes));
    if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }))
        return base::fail("must not hold control characters.");
    return {};
}

Outcome<net::BodyPolicy> open_upload(Context const& context)
{
    auto receiver = context.services.directory.receive();
    if (!receiver)
        return no_room(receiver.error().what);
    net::BodyPolicy policy;
    policy.limit = context.settings.file_bytes;
    policy.sink = std::make_unique<Upload>(*std::move(receiver));
    return policy;
}

base::Awaitable<Outcome<domain::File>> keep_upload(Call const& call, domain::File file)
{
    auto* const upload = dynamic_cast<Upload*>(call.request.sink.get());
    if (upload == nullptr || upload->is_empty())
        co_return bad_request("An upload needs a body: the bytes of the file.");
    auto stored = co_await upload->commit();
    if (!stored)
        co_return no_room(stored.error().what);
    file.size = stored->size;
    file.sha256 = stored->sha256;
    file.stored_as = stored->stored_as;
    file.created = call.context.services.clock.now();
    file = co_await enter(call.context, std::move(file));
    base::log::info("api.file_stored",
                    {{"file", file.id.value()}, {"name", file.name}, {"size", file.size}, {"by", call.caller.name}});
    co_await audit(call, "file.stored", fmt::format("file {}", file.id.value()), nullptr, view_of(file));
    co_return file;
}

base::Awaitable<bool> drop_file(Call const& call, domain::File const& file)
{
    auto const& services = call.context.services;
    bool const is_removed = co_await services.files.remove(file.id);
    if (!is_removed)
        co_return false;
    auto const removed = co_await services.directory.remove(file.stored_as);
    if (!removed)
        base::log::warning("api.file_left_behind", {{"stored_as", file.stored_as}, {"reason", removed.error().what}});
    base::log::info("api.file_removed", {{"file", file.id.value()}, {"name", file.name}, {"by", call.caller.name}});
    co_await audit(call, "file.removed", fmt::format("file {}", file.id.value()), view_of(file), nullptr);
    co_return true;
}

}  // namespace api
