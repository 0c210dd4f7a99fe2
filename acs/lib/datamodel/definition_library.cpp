#include "datamodel/definition_library.hpp"

#include "datamodel/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace datamodel {
namespace {

/// The element's name as an importing file says it in <import>.
char const* tag_of(DefinitionLibrary::Kind kind)
{
    if (kind == &Document::data_types)
        return "dataType";
    return kind == &Document::components ? "component" : "model";
}

std::string_view local_name(std::string_view name)
{
    return name.substr(name.rfind(':') + 1);
}

/// The first part of a file name up to '-' or '.', taken off.
std::string_view take_part(std::string_view& name)
{
    auto const end = std::min(name.find_first_of("-."), name.size());
    auto const part = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    return part;
}

/// "tr-106-1-1-types.xml" is found as "tr-106-1-1-0-types.xml" and as "tr-106-1-1-types-full.xml": each part of the
/// wanted name must be there in its order.
bool is_version_of(std::string_view given, std::string_view wanted)
{
    while (!wanted.empty()) {
        auto const part = take_part(wanted);
        if (part == "full")
            continue;
        bool found = false;
        while (!found && !given.empty())
            found = take_part(given) == part;
        if (!found)
            return false;
    }
    return true;
}

base::Result<void> check_size(DefinitionFile const& file, DefinitionLimits const& limits)
{
    if (file.content.size() > limits.file_bytes)
        return base::fail(fmt::format("{}: the file has {} bytes, at most {} are read; is it a data model?", file.name,
                                      file.content.size(), limits.file_bytes));
    auto const tags = static_cast<std::size_t>(std::ranges::count(file.content, '<'));
    if (tags > limits.tags_per_file)
        return base::fail(
            fmt::format("{}: the file has {} tags, at most {} are read", file.name, tags, limits.tags_per_file));
    if (file.content.find("<!DOCTYPE") != file.content.npos || file.content.find("<!ENTITY") != file.content.npos)
        return base::fail(
            fmt::format("{}: the file contains a DOCTYPE; data models have none, and it is not read", file.name));
    return {};
}

std::size_t line_of(std::string_view text, std::ptrdiff_t offset)
{
    auto const before = text.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
    return static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1;
}

void collect(Document& document)
{
    for (auto const node : document.root.children()) {
        std::string const name = node.attribute("name").value();
        if (std::string_view{node.name()} == "dataType")
            document.data_types.emplace(name, node);
        else if (std::string_view{node.name()} == "component")
            document.components.emplace(name, node);
        else if (std::string_view{node.name()} == "model")
            document.models.emplace(name, node);
    }
}

}  // namespace

base::Result<void> DefinitionLibrary::add(DefinitionFile const& file)
{
    if (documents_.size() >= limits_.files)
        return base::fail(fmt::format("{}: at most {} files are read at once", file.name, limits_.files));
    if (auto good = check_size(file, limits_); !good)
        return good;
    auto document = std::make_unique<Document>();
    document->name = file.name;
    auto const parsed = document->xml.load_buffer(file.content.data(), file.content.size(),
                                                  pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!parsed)
        return base::fail(fmt::format("{}: line {}: the file is no well-formed XML: {}", file.name,
                                      line_of(file.content, parsed.offset), parsed.description()));
    document->root = document->xml.document_element();
    if (local_name(document->root.name()) != "document")
        return base::fail(fmt::format("{}: the outermost element is <{}>, but a Broadband Forum data model begins with "
                                      "<dm:document>",
                                      file.name, cut(document->root.name(), 40)));
    collect(*document);
    documents_.push_back(std::move(document));
    return {};
}

Document const* DefinitionLibrary::imported_file(std::string_view name) const
{
    for (auto const& document : documents_)
        if (document->name == name)
            return document.get();
    for (auto const& document : documents_)
        if (is_version_of(document->name, name))
            return document.get();
    return nullptr;
}

Placed DefinitionLibrary::find_imported(Document const& from, Kind kind, std::string_view name, std::size_t depth) const
{
    if (depth > limits_.nesting)
        return {};
    if (auto const here = (from.*kind).find(name); here != (from.*kind).end())
        return {&from, here->second};
    for (auto const import : from.root.children("import"))
        for (auto const item : import.children(tag_of(kind))) {
            if (name != item.attribute("name").value())
                continue;
            auto const* const file = imported_file(import.attribute("file").value());
            auto const* const original =
                item.attribute("ref") ? item.attribute("ref").value() : item.attribute("name").value();
            if (file && (file != &from || name != original))
                return find_imported(*file, kind, original, depth + 1);
        }
    return {};
}

Placed DefinitionLibrary::find(Document const& from, Kind kind, std::string_view name) const
{
    if (auto const found = find_imported(from, kind, name, 0))
        return found;
    for (auto const& document : documents_)
        if (auto const there = ((*document).*kind).find(name); there != ((*document).*kind).end())
            return {document.get(), there->second};
    return {};
}

}  // namespace datamodel
