#include "api/upload.hpp"

namespace api {

base::Result<void> Upload::write(std::string_view piece)
{
    is_empty_ = is_empty_ && piece.empty();
    if (!failure_.empty())
        return {};
    if (auto const written = receiver_->write(piece); !written) {
        failure_ = written.error().what;
        receiver_.reset();
    }
    return {};
}

base::Awaitable<base::Result<domain::StoredFile>> Upload::commit()
{
    if (!failure_.empty())
        co_return base::fail(failure_);
    co_return co_await receiver_->commit();
}

}  // namespace api
