#pragma once

#include "domain/parameter_values.hpp"
#include "storage/database.hpp"

namespace storage {

/// Asks the function acs.value(), 7-26 us a value.
class PgParameterValues final : public domain::ParameterValues {
public:
    /// Must outlive this.
    explicit PgParameterValues(Database& searches) : searches_{searches} {}

    base::Awaitable<std::vector<std::vector<std::optional<std::string>>>> of(std::vector<domain::DeviceKey> devices,
                                                                             std::vector<std::string> paths) override;

private:
    Database& searches_;
};

}  // namespace storage
