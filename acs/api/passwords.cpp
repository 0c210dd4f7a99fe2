#include "api/passwords.hpp"

#include "base/crypto.hpp"
#include "base/offload.hpp"

#include <utility>

namespace api {

class Passwords::Place {
public:
    explicit Place(Passwords& owner) : owner_{owner}, is_free_{owner.taken_.fetch_add(1) < owner.most_} {}
    ~Place() { owner_.taken_.fetch_sub(1); }
    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;
    [[nodiscard]] bool is_free() const noexcept { return is_free_; }

private:
    Passwords& owner_;
    bool is_free_;
};

Passwords::Passwords(base::PasswordCosts costs, unsigned at_once, unsigned waiting)
    : costs_{costs},
      most_{at_once + waiting},
      nobodys_{base::hash_password(base::random_hex(16), costs)},
      threads_{at_once}
{
}

Passwords::~Passwords()
{
    stop();
}

base::Awaitable<std::optional<std::string>> Passwords::hash(std::string password)
{
    Place const place{*this};
    if (!place.is_free())
        co_return std::nullopt;
    auto work = [password = std::move(password), costs = costs_] { return base::hash_password(password, costs); };
    co_return co_await base::offload(threads_, std::move(work));
}

base::Awaitable<std::optional<bool>> Passwords::verify(std::string hash, std::string password)
{
    Place const place{*this};
    if (!place.is_free())
        co_return std::nullopt;
    bool const is_known = !hash.empty();
    auto work = [hash = is_known ? std::move(hash) : nobodys_, password = std::move(password)] {
        return base::is_password(hash, password);
    };
    bool const fits = co_await base::offload(threads_, std::move(work));
    co_return fits&& is_known;
}

void Passwords::stop()
{
    threads_.join();
}

}  // namespace api
