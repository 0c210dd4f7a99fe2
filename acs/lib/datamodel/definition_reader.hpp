#pragma once

#include "base/result.hpp"
#include "datamodel/definition.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace datamodel {

/// One file of definitions as the operator gave it.
struct DefinitionFile {
    std::string name;     ///< without its folder; <import file="..."> refers to it
    std::string content;  ///< the bytes
};

/// What reading definitions may cost.
struct DefinitionLimits {
    std::size_t files = 64;
    std::size_t file_bytes = std::size_t{16} * 1024 * 1024;
    std::size_t tags_per_file = 1'000'000;
    std::size_t definitions = 200'000;                         ///< read, in all files together, with repetitions
    std::size_t total_bytes = std::size_t{256} * 1024 * 1024;  ///< of what is read, with repetitions
    std::size_t nesting = 16;                                  ///< of base models, components, imports and types
    std::size_t facets = 1'024;                ///< enumeration values, patterns, ranges, sizes of one parameter, each
    std::size_t description_bytes = 8 * 1024;  ///< longer ones are cut at a character
};

/// Definitions of all models in `files`, in path order, and what had to be left out.
struct DefinitionSet {
    std::vector<Definition> definitions;
    std::vector<std::string> models;  ///< "Device:2.15", "STBService:1.4"
    std::vector<std::string>
        warnings;  ///< sentences: an import that was not given, a type that nobody defines; at most 100
};

/// Reads Broadband Forum data-model files (urn:broadband-forum-org:cwmp:datamodel-*, TR-106 Annex A): models with
/// `base`, components, imports among `files` (by file name, version suffixes tolerated), dataTypes with their bases;
/// profiles are ignored. Parameters of service models (isService) are placed under "Device.Services.". Items marked
/// deleted are left out. Of two definitions of one path the one of the later file counts.
/// Fails with a sentence that names the file, when one is no such XML, contains a DOCTYPE, or breaks a limit.
/// Pure; no file, entity or address is opened.
[[nodiscard]] base::Result<DefinitionSet> read_definitions(std::span<DefinitionFile const> files,
                                                           DefinitionLimits const& limits = {});

}  // namespace datamodel
