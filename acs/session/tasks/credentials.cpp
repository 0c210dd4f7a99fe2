#include "datamodel/well_known.hpp"
#include "session/tasks/runner.hpp"
#include "session/tasks/writing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace session {
namespace {

namespace known_names = datamodel::well_known;

/// Logins in two phases. What is sent is kept before it leaves, and is the same until the device has used it: whatever
/// is lost, the device has the login from before or the one that it was told, and both are good.
class CredentialsRunner final : public Runner {
public:
    explicit CredentialsRunner(domain::Task t)
        : Runner{std::move(t)},
          wanted_{std::get<domain::CredentialsTask>(task.arguments)},
          step_{static_cast<Step>(std::clamp<std::int64_t>(number_in(saved(), "step"), 0, 3))},
          root_{static_cast<std::size_t>(number_in(saved(), "root"))},
          tries_{static_cast<std::uint32_t>(number_in(saved(), "tries"))}
    {
    }

    Move start(Desk& desk) override
    {
        if (!desk.logins)
            return Failed{std::nullopt, "This session is of a listener that asks nobody for a login: none is given."};
        return next(desk);
    }
    Move on_answer(cwmp::Message const& answer, Desk& desk) override
    {
        if (step_ == Step::stun)
            return end_wake(desk);  // also when it was refused: a device without STUN goes without
        if (auto const* fault = std::get_if<cwmp::Fault>(&answer))
            return refused(*fault, desk);
        if (!desk.logins)
            return Pause{};  // another node sent it; what comes next is prepared in the next session
        desk.login_taken = desk.login_taken || step_ == Step::login;
        if (step_ == Step::wake && !desk.logins->for_stun)
            return end_wake(desk);
        step_ = static_cast<Step>(static_cast<int>(step_) + 1);
        return next(desk);
    }
    Move reconcile(Evidence const& evidence, Desk& desk) override
    {
        // Its login of connection requests is the same until it was told that for STUN, too: it is told both again,
        // unless it dies of that.
        if (step_ == Step::stun && lost + 1 < desk.limits.lost_in_a_row) {
            step_ = Step::wake;
        } else if (step_ == Step::stun) {
            step_ = Step::use;
            desk.wake_taken = true;
        }
        if (!wanted_.login)
            return step_ == Step::use ? Move{Done{}} : Move{Again{}};
        if (evidence.uses_its_login) {
            is_used_ = true;
            step_ = std::max(step_, Step::wake);
            return step_ == Step::use ? Move{Done{}} : Move{Again{}};
        }
        if (tries_ >= desk.limits.login_tries) {
            desk.login_ignored = true;
            return Failed{std::nullopt, fmt::format("The device was told its login {} times, and still comes with the "
                                                    "one before. Both are good.",
                                                    tries_)};
        }
        step_ = Step::login;
        return Again{};
    }

    void on_set_aside(Desk& desk) override { desk.login_ignored = wanted_.login; }

    [[nodiscard]] bool needs_tree() const override { return false; }
    [[nodiscard]] std::optional<domain::CredentialsTask> gives_logins() const override
    {
        return domain::CredentialsTask{.login = wanted_.login && step_ == Step::login,
                                       .connection_request = wanted_.connection_request && step_ < Step::stun};
    }
    void save(boost::json::object& progress) const override
    {
        progress["step"] = static_cast<std::int64_t>(step_);
        if (root_ != 0)
            progress["root"] = static_cast<std::int64_t>(root_);
        if (tries_ != 0)
            progress["tries"] = static_cast<std::int64_t>(tries_);
    }

private:
    enum class Step : std::uint8_t { login, wake, stun, use };

    Move next(Desk& desk)
    {
        if (step_ == Step::login && wanted_.login && desk.logins->login) {
            ++tries_;
            return write(known_names::acs_username, known_names::acs_password, *desk.logins->login, desk);
        }
        step_ = std::max(step_, Step::wake);
        if (step_ == Step::wake && wanted_.connection_request && desk.logins->wake)
            return write(known_names::connection_request_username, known_names::connection_request_password,
                         *desk.logins->wake, desk);
        if (step_ == Step::stun && desk.logins->for_stun && desk.logins->wake)
            return write(known_names::stun_username, known_names::stun_password, *desk.logins->wake, desk);
        step_ = Step::use;
        bool const waits = wanted_.login && desk.logins->login && !desk.logins->is_certified && !is_used_;
        return waits ? Move{Wait{desk.limits.login_wait}} : Move{Done{}};
    }

    /// The device has all that it is to have of its login of connection requests.
    Move end_wake(Desk& desk)
    {
        desk.wake_taken = true;
        step_ = Step::use;
        return desk.logins ? next(desk) : Move{Pause{}};
    }

    using Name = std::string_view (*)(cwmp::Root) noexcept;

    /// Both in one request: a CPE takes all of it or nothing.
    Move write(Name username, Name password, domain::GivenLogin const& login, Desk const& desk)
    {
        auto const root = desk.roots[std::min(root_, desk.roots.size() - 1)];
        task.command_key = new_key(static_cast<unsigned>(step_) + 1);
        return Send{cwmp::SetParameterValues{{{std::string{username(root)}, login.username, cwmp::ValueType::string},
                                              {std::string{password(root)}, login.password, cwmp::ValueType::string}},
                                             task.command_key},
                    true};
    }

    /// A device whose Inform did not tell its data model is asked in the other one, too.
    Move refused(cwmp::Fault const& fault, Desk& desk)
    {
        namespace code = cwmp::fault_code;
        bool const is_other_root = fault.code == code::invalid_parameter_name || fault.code == code::invalid_arguments;
        if (is_other_root && root_ + 1 < desk.roots.size() && desk.logins) {
            ++root_;
            return next(desk);
        }
        return failed_write(fault);
    }

    domain::CredentialsTask wanted_;
    Step step_;
    std::size_t root_;     ///< which of the desk's roots the device has
    std::uint32_t tries_;  ///< times that the device was told its login
    bool is_used_ = false;
};

}  // namespace

std::unique_ptr<Runner> credentials_runner(domain::Task task)
{
    return std::make_unique<CredentialsRunner>(std::move(task));
}

}  // namespace session
