#pragma once

#include "datamodel/definition_reader.hpp"

#include <map>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace datamodel {

/// One data-model file, parsed, with what it defines by name.
struct Document {
    std::string name;  ///< of the file
    pugi::xml_document xml;
    pugi::xml_node root;
    std::map<std::string, pugi::xml_node, std::less<>> data_types, components, models;
};

/// An element together with the file it stands in: names within it mean what they mean there.
struct Placed {
    Document const* document = nullptr;
    pugi::xml_node node;
    explicit operator bool() const noexcept { return !node.empty(); }
};

/// All files of one import, and how they refer to each other.
class DefinitionLibrary {
public:
    using Kind = std::map<std::string, pugi::xml_node, std::less<>> Document::*;

    explicit DefinitionLibrary(DefinitionLimits const& limits) : limits_{limits} {}

    /// Parses one more file. Fails with a sentence that names it.
    [[nodiscard]] base::Result<void> add(DefinitionFile const& file);

    [[nodiscard]] std::vector<std::unique_ptr<Document>> const& documents() const noexcept { return documents_; }

    /// What `name` means in `from`: defined there, imported, or defined in some other file.
    [[nodiscard]] Placed find(Document const& from, Kind kind, std::string_view name) const;

private:
    [[nodiscard]] Placed find_imported(Document const& from, Kind kind, std::string_view name, std::size_t depth) const;
    [[nodiscard]] Document const* imported_file(std::string_view name) const;

    DefinitionLimits limits_;
    std::vector<std::unique_ptr<Document>> documents_;
};

}  // namespace datamodel
