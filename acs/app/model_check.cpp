#include "app/model_check.hpp"

namespace app {

base::Result<void> ModelCheck::check(domain::DeviceRow const&, std::string_view path, std::string_view value) const
{
    return present()->validate(path, value);
}

void ModelCheck::replace(std::shared_ptr<datamodel::DataModel const> model)
{
    std::lock_guard const lock{mutex_};
    model_ = std::move(model);
}

std::shared_ptr<datamodel::DataModel const> ModelCheck::present() const
{
    std::lock_guard const lock{mutex_};
    return model_;
}

}  // namespace app
