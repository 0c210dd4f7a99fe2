#include "storage/fleet_search.hpp"

#include "storage/array_text.hpp"

#include <algorithm>

namespace storage {

namespace {

constexpr Statement find_paths{"find_searched_paths",
                               "SELECT p.path, p.path_id FROM path p WHERE p.path = ANY($1::text[])"
                               " AND EXISTS (SELECT FROM device_parameter v WHERE v.path_id = p.path_id)"};

}  // namespace

std::string ComposedSearch::add(std::string parameter)
{
    parameters.push_back(std::move(parameter));
    return fmt::format("${}", parameters.size());
}

pqxx::result ComposedSearch::run(Transaction& transaction, std::string const& sql) const
{
    return transaction.raw().exec_params(sql, pqxx::prepare::make_dynamic_params(parameters.begin(), parameters.end()));
}

ComposedSearch compose(Transaction& transaction, domain::Condition const& condition,
                       domain::SearchComposer const& composer)
{
    std::vector<std::pair<std::string, std::string>> promoted;
    if (!condition.paths.empty())
        for (auto const& row : transaction.exec(
                 find_paths, array_text(std::vector<std::string_view>{condition.paths.begin(), condition.paths.end()})))
            promoted.emplace_back(row[0].c_str(), row[1].c_str());
    ComposedSearch search;
    std::vector<domain::PathSource> sources;
    for (auto const& path : condition.paths) {
        auto const known = std::ranges::find(promoted, path, &std::pair<std::string, std::string>::first);
        bool const found = known != promoted.end();
        sources.push_back(found ? domain::PathSource::promoted : domain::PathSource::tree);
        search.parameters.push_back(found ? known->second : storable(path));
    }
    search.pieces = composer(condition, sources, 1);
    return search;
}

std::string first_sentence(std::string_view message)
{
    message = message.substr(0, message.find('\n'));
    constexpr std::string_view label = "ERROR:";
    if (message.starts_with(label))
        message.remove_prefix(label.size());
    message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
    return std::string{message};
}

std::string search_refusal(pqxx::sql_error const& problem)
{
    if (failure_of(problem) == Failure::timed_out)
        return "the search took too long; name promoted parameters only, or narrow it by columns of the device";
    return fmt::format("PostgreSQL refused the search: {}", first_sentence(problem.what()));
}

}  // namespace storage
