#include "cli/genieacs_dump.hpp"

#include "cli/bson.hpp"
#include "net/url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace cli {

namespace json = boost::json;

namespace {

constexpr std::string_view gzip_magic = "\x1f\x8b\x08";
constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t json_depth = 120;

std::string text_of(json::object const& object, std::string_view name)
{
    auto const* const member = object.if_contains(name);
    if (member == nullptr || !member->is_string())
        return {};
    return {member->get_string().data(), member->get_string().size()};
}

/// The members that a device is made of.
bool is_wanted(std::string_view name)
{
    constexpr auto wanted =
        std::to_array<std::string_view>({"_id", "_deviceId", "_tags", "InternetGatewayDevice", "Device"});
    return std::ranges::find(wanted, name) != wanted.end();
}

/// The value of a parameter.
std::string value_of(json::object const& document, std::initializer_list<std::string_view> path)
{
    auto const* object = &document;
    for (auto const name : path) {
        auto const* const member = object->if_contains(name);
        object = member == nullptr ? nullptr : member->if_object();
        if (object == nullptr)
            return {};
    }
    return text_of(*object, "_value");
}

void read_login(json::object const& document, DumpedDevice& device)
{
    for (auto const* const root : {"InternetGatewayDevice", "Device"}) {
        device.username = value_of(document, {root, "ManagementServer", "Username"});
        device.password = value_of(document, {root, "ManagementServer", "Password"});
        if (!device.username.empty() && !device.password.empty())
            return;
    }
    device.username.clear();
    device.password.clear();
}

/// "OUI-ProductClass-SerialNumber" or "OUI-SerialNumber".
bool read_id(std::string_view id, DumpedDevice& device)
{
    auto const first = id.find('-');
    auto const last = id.rfind('-');
    if (first == id.npos)
        return false;
    device.oui = net::percent_decoded(id.substr(0, first));
    device.serial_number = net::percent_decoded(id.substr(last + 1));
    if (last > first)
        device.product_class = net::percent_decoded(id.substr(first + 1, last - first - 1));
    return !device.serial_number.empty();
}

base::Result<json::object> parse(std::string_view text)
{
    json::parse_options options;
    options.max_depth = json_depth;
    boost::system::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error)
        return base::fail(fmt::format("it is no JSON: {}", error.message()));
    if (!value.is_object())
        return base::fail("it is no object");
    return std::move(value.get_object());
}

net::InflateLimits inflate_limits()
{
    return {std::numeric_limits<std::uint64_t>::max(), 2'000};
}

}  // namespace

base::Result<DumpedDevice> dumped_device(json::object const& document)
{
    DumpedDevice device;
    device.id = text_of(document, "_id");
    auto const* const known = document.if_contains("_deviceId");
    if (known != nullptr && known->is_object()) {
        device.oui = text_of(known->get_object(), "_OUI");
        device.product_class = text_of(known->get_object(), "_ProductClass");
        device.serial_number = text_of(known->get_object(), "_SerialNumber");
    }
    if (device.serial_number.empty() && !read_id(device.id, device))
        return base::fail("it is no device: it has no _deviceId, and its _id is no OUI-ProductClass-SerialNumber");
    if (auto const* const tags = document.if_contains("_tags"); tags != nullptr && tags->is_array())
        for (auto const& tag : tags->get_array())
            if (tag.is_string() && !tag.get_string().empty())
                device.tags.emplace_back(tag.get_string().data(), tag.get_string().size());
    read_login(document, device);
    return device;
}

base::Result<void> GenieDump::push(std::string_view piece)
{
    if (!has_begun_ && !piece.empty()) {
        has_begun_ = true;
        if (piece.starts_with(gzip_magic))
            inflater_.emplace(net::ContentCoding::gzip, inflate_limits());
    }
    if (!inflater_)
        return read(piece);
    base::Result<void> outcome;
    auto const inflated = inflater_->inflate(piece, [&](std::string_view part) {
        outcome = read(part);
        return outcome.has_value();
    });
    if (!outcome)
        return outcome;
    if (!inflated)
        return base::fail("the file is damaged: it cannot be inflated");
    return {};
}

base::Result<void> GenieDump::finish()
{
    if (inflater_ && !inflater_->is_complete())
        return base::fail("the file ends too early: its compressed data is not complete");
    if (form_ == Form::unknown) {  // it has fewer bytes than a document of BSON
        form_ = Form::json;
        if (auto rest = read_json_documents(); !rest)
            return rest;
    }
    if (waiting_.find_first_not_of(blanks) != waiting_.npos)
        return base::fail(fmt::format("the file ends within document {}", documents_ + 1));
    return {};
}

std::optional<GenieDump::Item> GenieDump::next()
{
    if (items_.empty())
        return std::nullopt;
    auto item = std::move(items_.front());
    items_.pop_front();
    return item;
}

/// A document of BSON may have the length '{' or '[', too; but the last byte of its length is smaller than any
/// character of JSON.
GenieDump::Form GenieDump::form_of(std::string_view begin) noexcept
{
    auto const length = bson_length(begin);
    if (!length)
        return Form::unknown;
    if ((*length >> 24U) < 0x09U)
        return Form::bson;
    auto const first = begin.find_first_not_of(blanks);
    if (first == begin.npos)
        return Form::unknown;
    return begin[first] == '{' || begin[first] == '[' ? Form::json : Form::bson;
}

base::Result<void> GenieDump::read(std::string_view piece)
{
    waiting_ += piece;
    if (form_ == Form::unknown)
        form_ = form_of(waiting_);
    if (form_ == Form::unknown)
        return {};
    return form_ == Form::json ? read_json_documents() : read_bson_documents();
}

base::Result<void> GenieDump::read_bson_documents()
{
    std::size_t at = 0;
    for (;;) {
        auto const rest = std::string_view{waiting_}.substr(at);
        auto const length = bson_length(rest);
        if (!length)
            break;
        if (*length < 5 || *length > BsonLimits{}.bytes)
            return base::fail(fmt::format("document {} is no BSON: it says that it has {} bytes. The file must be "
                                          "devices.bson of mongodump (not --archive), or what mongoexport writes",
                                          documents_ + 1, *length));
        if (rest.size() < *length)
            break;
        take(read_bson(rest.substr(0, *length), is_wanted));
        at += *length;
    }
    waiting_.erase(0, at);
    return {};
}

base::Result<void> GenieDump::read_json_documents()
{
    std::size_t begin = 0;
    for (; looked_at_ < waiting_.size(); ++looked_at_) {
        char const c = waiting_[looked_at_];
        if (is_in_text_) {
            is_in_text_ = is_escaped_ || c != '"';
            is_escaped_ = !is_escaped_ && c == '\\';
        } else if (depth_ == 0 && c == '{') {
            begin = looked_at_;
            depth_ = 1;
        } else if (depth_ == 0 && !(blanks.contains(c) || c == ',' || c == '[' || c == ']')) {
            return base::fail(fmt::format("what follows document {} is no JSON object", documents_));
        } else if (c == '"') {
            is_in_text_ = depth_ > 0;
        } else if (c == '{' && depth_ > 0) {
            ++depth_;
        } else if (c == '}' && depth_ > 0 && --depth_ == 0) {
            take(parse(std::string_view{waiting_}.substr(begin, looked_at_ + 1 - begin)));
            begin = looked_at_ + 1;
        }
    }
    waiting_.erase(0, depth_ > 0 ? begin : looked_at_);
    looked_at_ = waiting_.size();
    if (waiting_.size() > document_bytes)
        return base::fail(fmt::format("document {} has more than {} bytes", documents_ + 1, document_bytes));
    return {};
}

void GenieDump::take(base::Result<json::object> const& document)
{
    ++documents_;
    if (!document) {
        items_.emplace_back(DumpProblem{documents_, {}, document.error().what});
        return;
    }
    auto device = dumped_device(*document);
    if (device)
        items_.emplace_back(*std::move(device));
    else
        items_.emplace_back(DumpProblem{documents_, text_of(*document, "_id"), device.error().what});
}

}  // namespace cli
