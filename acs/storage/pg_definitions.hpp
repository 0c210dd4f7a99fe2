#pragma once

#include "datamodel/definition.hpp"
#include "datamodel/definition_reader.hpp"
#include "storage/database.hpp"

#include <string>
#include <vector>

namespace storage {

/// Keeps the definitions of data models that an operator imported. A model of the same name is replaced. All or
/// nothing; blocks the calling thread. Throws as Database::run_here.
void import_definitions(Database& database, datamodel::DefinitionSet const& set, std::string const& source);

/// All definitions of all imported models; of two of the same path the one of the later import comes later. Blocks.
[[nodiscard]] std::vector<datamodel::Definition> load_definitions(Database& database);

}  // namespace storage
