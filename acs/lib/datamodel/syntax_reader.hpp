#pragma once

#include "datamodel/definition_library.hpp"

#include <functional>
#include <string>

namespace datamodel {

/// Reads <syntax> elements: the type of a parameter with its facets, through the named types it is made of.
class SyntaxReader {
public:
    /// Both must outlive the reader; `warn` takes sentences.
    SyntaxReader(DefinitionLibrary const& library, DefinitionLimits const& limits,
                 std::function<void(std::string)> warn)
        : library_{library}, limits_{limits}, warn_{std::move(warn)}
    {
    }

    /// Puts what `syntax` says into `definition`, over what it said before.
    void read(Placed syntax, Definition& definition) const;

private:
    void read_type(Placed holder, Definition& definition, std::size_t depth) const;
    void read_named(Document const& document, std::string_view name, Definition& definition, std::size_t depth) const;
    void read_facets(pugi::xml_node type, Definition& definition) const;
    void read_list(pugi::xml_node list, Definition& definition) const;

    DefinitionLibrary const& library_;
    DefinitionLimits const& limits_;
    std::function<void(std::string)> warn_;
};

}  // namespace datamodel
