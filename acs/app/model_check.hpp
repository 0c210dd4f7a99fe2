#pragma once

#include "datamodel/data_model.hpp"
#include "domain/parameter_check.hpp"

#include <memory>
#include <mutex>

namespace app {

/// Values held against the data models that the operator imported.
class ModelCheck final : public domain::ParameterCheck {
public:
    [[nodiscard]] base::Result<void> check(domain::DeviceRow const& device, std::string_view path,
                                           std::string_view value) const override;

    /// Puts other definitions in place; checks that run go on with the old ones.
    void replace(std::shared_ptr<datamodel::DataModel const> model);

private:
    [[nodiscard]] std::shared_ptr<datamodel::DataModel const> present() const;

    mutable std::mutex mutex_;
    std::shared_ptr<datamodel::DataModel const> model_ = std::make_shared<datamodel::DataModel const>();
};

}  // namespace app
