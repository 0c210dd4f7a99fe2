#pragma once

#include "support/json_schema.hpp"

#include <fstream>
#include <iterator>
#include <optional>
#include <set>

namespace support {

/// The API's contract (docs/api/openapi.yaml, given as JSON): holds requests and answers against it.
class OpenApi {
public:
    /// One operation of the contract.
    struct Operation {
        std::string method;  ///< "GET"
        std::string path;    ///< "/api/v1/tasks/{task}"
        friend auto operator<=>(Operation const&, Operation const&) = default;
    };

    explicit OpenApi(std::string const& json_file) : document_{read(json_file)}, schema_{document_} {}

    /// Every operation.
    [[nodiscard]] std::set<Operation> operations() const
    {
        std::set<Operation> found;
        for (auto const& path : document_.at("paths").as_object())
            for (auto const& method : path.value().as_object())
                if (is_method(view(method.key())))
                    found.insert({upper(view(method.key())), std::string{view(path.key())}});
        return found;
    }

    /// The permission that the contract says an operation needs; empty when it says nothing.
    [[nodiscard]] std::string permission(std::string_view method, std::string_view path) const
    {
        auto const* const operation = find(method, path);
        auto const* const text = operation ? operation->as_object().if_contains("x-permission") : nullptr;
        return text ? std::string{view(text->as_string())} : std::string{};
    }

    /// The members of the JSON object that an operation takes; empty when it takes none, or one of several kinds.
    [[nodiscard]] std::vector<std::string> request_members(std::string_view method, std::string_view path) const
    {
        auto const* const operation = find(method, path);
        auto const* const body = operation ? operation->as_object().if_contains("requestBody") : nullptr;
        auto const* const media = body ? body->at("content").as_object().if_contains("application/json") : nullptr;
        auto const* schema = media ? &media->at("schema") : nullptr;
        if (schema == nullptr)
            return {};
        if (auto const* const reference = schema->as_object().if_contains("$ref"))
            schema = &schema_.resolve(view(reference->as_string()));
        std::vector<std::string> names;
        if (auto const* const properties = schema->as_object().if_contains("properties"))
            for (auto const& property : properties->as_object())
                names.emplace_back(view(property.key()));
        return names;
    }

    /// What is wrong with an answer; empty when the contract allows it. `target` may have a query.
    [[nodiscard]] std::vector<std::string> check_response(std::string_view method, std::string_view target,
                                                          unsigned status, std::string_view content_type,
                                                          std::string_view body) const
    {
        if (method == "OPTIONS" && status == 204)
            return {};
        auto const* const operation = find(method, target);
        if (operation == nullptr)
            return check_unlisted(status, content_type, body);
        auto const& responses = operation->at("responses").as_object();
        auto const* response = responses.if_contains(std::to_string(status));
        if (response == nullptr)
            return {fmt::format("status {} is not listed for {} {}", status, method, target)};
        if (auto const* const reference = response->as_object().if_contains("$ref"))
            response = &schema_.resolve(view(reference->as_string()));
        return check_content(*response, content_type, body);
    }

    /// What is wrong with the JSON body of a request.
    [[nodiscard]] std::vector<std::string> check_request(std::string_view method, std::string_view target,
                                                         std::string_view body) const
    {
        auto const* const operation = find(method, target);
        if (operation == nullptr)
            return {fmt::format("{} {} is not in the contract", method, target)};
        return check_content(operation->at("requestBody"), "application/json", body);
    }

private:
    static json::value read(std::string const& file)
    {
        std::ifstream in{file};
        if (!in)
            throw std::runtime_error{fmt::format("cannot read the contract {}", file)};
        return json::parse(std::string(std::istreambuf_iterator<char>{in}, {}));
    }

    static bool is_method(std::string_view key)
    {
        return key == "get" || key == "post" || key == "put" || key == "patch" || key == "delete";
    }

    static std::string upper(std::string_view text)
    {
        std::string result{text};
        std::ranges::transform(result, result.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        return result;
    }

    static bool matches(std::string_view pattern, std::string_view path)
    {
        while (!pattern.empty() && !path.empty()) {
            auto const wanted = pattern.substr(0, pattern.find('/', 1));
            auto const given = path.substr(0, path.find('/', 1));
            if (wanted != given && !(wanted.starts_with("/{") && given.size() > 1))
                return false;
            pattern.remove_prefix(wanted.size());
            path.remove_prefix(given.size());
        }
        return pattern.empty() && path.empty();
    }

    [[nodiscard]] json::value const* find(std::string_view method, std::string_view target) const
    {
        auto const path = target.substr(0, target.find('?'));
        for (auto const& entry : document_.at("paths").as_object())
            if (matches(view(entry.key()), path))
                for (auto const& operation : entry.value().as_object())
                    if (is_method(view(operation.key())) && upper(view(operation.key())) == method)
                        return &operation.value();
        return nullptr;
    }

    /// Paths and methods that the contract does not list are refused in the common form.
    [[nodiscard]] std::vector<std::string> check_unlisted(unsigned status, std::string_view content_type,
                                                          std::string_view body) const
    {
        if (status != 401 && status != 404 && status != 405)
            return {fmt::format("status {} for what the contract does not list", status)};
        return check_content(document_.at("components").at("responses").at("Problem"), content_type, body);
    }

    [[nodiscard]] std::vector<std::string> check_content(json::value const& message, std::string_view content_type,
                                                         std::string_view body) const
    {
        auto const* const content = message.as_object().if_contains("content");
        if (content == nullptr)
            return body.empty() ? std::vector<std::string>{}
                                : std::vector<std::string>{"a body where the contract has none"};
        auto const* const media = content->as_object().if_contains(content_type);
        if (media == nullptr)
            return {fmt::format("the type {} is not in the contract", content_type)};
        if (!content_type.ends_with("json") || content_type.ends_with("ndjson"))
            return {};
        boost::system::error_code error;
        auto const value = json::parse(body, error);
        if (error)
            return {fmt::format("the body is not JSON: {}", error.message())};
        return schema_.check(media->at("schema"), value);
    }

    json::value document_;
    JsonSchema schema_;
};

}  // namespace support
