#include "storage/pg_definitions.hpp"

#include "storage/array_text.hpp"
#include "storage/definition_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>

namespace storage {

namespace {

constexpr std::size_t rows_per_statement = 1'000;

constexpr Statement add_model{
    "add_datamodel",
    "INSERT INTO datamodel (name, source) VALUES ($1, $2)"
    " ON CONFLICT (name) DO UPDATE SET source = excluded.source, imported_at = now() RETURNING model_id"};
constexpr Statement clear_model{"clear_datamodel", "DELETE FROM datamodel_definition WHERE model_id = $1"};
constexpr Statement add_definitions{
    "add_definitions",
    "INSERT INTO datamodel_definition (model_id, path, type, is_writable, is_hidden, facets, units, description)"
    " SELECT $1, u.* FROM unnest($2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::jsonb[], $7::text[], "
    "$8::text[]) u"
    " ON CONFLICT (model_id, path) DO NOTHING"};
constexpr Statement all_definitions{
    "all_definitions",
    "SELECT d.path, d.type, d.is_writable, d.is_hidden, d.facets, d.units, d.description, m.name"
    " FROM datamodel_definition d JOIN datamodel m USING (model_id) ORDER BY m.imported_at, m.model_id, d.path"};

using Span = std::span<datamodel::Definition const* const>;

std::string type_of(datamodel::Definition const& definition)
{
    return definition.is_object() ? "object" : std::string{cwmp::to_string(definition.type)};
}

void add_slice(Transaction& transaction, int model, Span slice)
{
    ArrayText paths, types, writable, hidden, facets, units, descriptions;
    for (auto const* const definition : slice) {
        paths.add(std::string_view{definition->path});
        types.add(std::string_view{type_of(*definition)});
        writable.add_flag(definition->writable);
        hidden.add_flag(definition->hidden);
        facets.add(std::string_view{boost::json::serialize(facets_of(*definition))});
        units.add(std::string_view{definition->units});
        descriptions.add(std::string_view{definition->description});
    }
    transaction.exec(add_definitions, model, paths.finish(), types.finish(), writable.finish(), hidden.finish(),
                     facets.finish(), units.finish(), descriptions.finish());
}

datamodel::Definition definition_of(pqxx::row const& row)
{
    datamodel::Definition definition;
    definition.path = row[0].c_str();
    definition.type = cwmp::value_type(row[1].c_str());
    definition.writable = row[2].as<bool>();
    definition.hidden = row[3].as<bool>();
    boost::system::error_code error;
    auto const facets = boost::json::parse({row[4].c_str(), row[4].size()}, error);
    if (!error && facets.is_object())
        apply_facets(facets.get_object(), definition);
    definition.units = row[5].c_str();
    definition.description = row[6].c_str();
    definition.model = row[7].c_str();
    return definition;
}

}  // namespace

void import_definitions(Database& database, datamodel::DefinitionSet const& set, std::string const& source)
{
    std::map<std::string, std::vector<datamodel::Definition const*>> by_model;
    for (auto const& definition : set.definitions)
        by_model[definition.model].push_back(&definition);
    database.run_here([&](Transaction& transaction) {
        for (auto const& [name, definitions] : by_model) {
            auto const model = transaction.exec(add_model, storable(name), storable(source)).front()[0].as<int>();
            transaction.exec(clear_model, model);
            for (std::size_t at = 0; at < definitions.size(); at += rows_per_statement)
                add_slice(transaction, model,
                          Span{definitions}.subspan(at, std::min(rows_per_statement, definitions.size() - at)));
        }
    });
}

std::vector<datamodel::Definition> load_definitions(Database& database)
{
    return database.run_here([](Transaction& transaction) {
        std::vector<datamodel::Definition> definitions;
        for (auto const& row : transaction.exec(all_definitions))
            definitions.push_back(definition_of(row));
        return definitions;
    });
}

}  // namespace storage
