#include "datamodel/tree_change.hpp"

#include <iterator>
#include <utility>

namespace datamodel {
namespace {

void append(std::vector<std::string>& to, std::vector<std::string>& from)
{
    to.insert(to.end(), std::move_iterator{from.begin()}, std::move_iterator{from.end()});
}

}  // namespace

Refusals& Refusals::operator+=(Refusals const& other) noexcept
{
    too_many += other.too_many;
    path_too_long += other.path_too_long;
    value_too_long += other.value_too_long;
    too_large += other.too_large;
    unusable_path += other.unusable_path;
    return *this;
}

void TreeChange::append(TreeChange later)
{
    datamodel::append(added, later.added);
    datamodel::append(changed, later.changed);
    datamodel::append(described, later.described);
    datamodel::append(removed, later.removed);
    refused += later.refused;
}

}  // namespace datamodel
