#include "session/tasks/transfer.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace session {

TransferRunner::TransferRunner(domain::Task t)
    : Runner{std::move(t)},
      stage_{static_cast<Stage>(std::clamp<std::int64_t>(number_in(saved(), "stage"), 0, 2))},
      doubtful_{number_in(saved(), "doubtful") != 0},
      absent_{number_in(saved(), "absent")}
{
}

void TransferRunner::save(boost::json::object& progress) const
{
    if (stage_ != Stage::ordering)
        progress["stage"] = static_cast<std::int64_t>(stage_);
    if (doubtful_)
        progress["doubtful"] = 1;
    if (absent_ != 0)
        progress["absent"] = absent_;
}

Move TransferRunner::start(Desk& desk)
{
    if (doubtful_)
        return ask(desk);
    stage_ = Stage::ordering;
    absent_ = 0;
    task.command_key = new_key();
    return order(desk);
}

Move TransferRunner::ask(Desk const& desk)
{
    if (!desk.is_unsupported("GetAllQueuedTransfers")) {
        stage_ = Stage::asking_all;
        return Send{cwmp::GetAllQueuedTransfers{}};
    }
    if (!desk.is_unsupported("GetQueuedTransfers")) {
        stage_ = Stage::asking;
        return Send{cwmp::GetQueuedTransfers{}};
    }
    return wait(desk);
}

Move TransferRunner::wait(Desk const& desk) const
{
    return Wait{desk.limits.transfer_wait + delay()};
}

Move TransferRunner::on_answer(cwmp::Message const& answer, Desk& desk)
{
    return stage_ == Stage::ordering ? on_ordered(answer, desk) : on_queue(answer, desk);
}

Move TransferRunner::on_ordered(cwmp::Message const& answer, Desk& desk)
{
    if (auto const* fault = std::get_if<cwmp::Fault>(&answer)) {
        if (fault->code == cwmp::fault_code::transfer_protocol_not_supported && desk.transfer &&
            desk.model.file_scheme != "http") {
            desk.model.file_scheme = "http";  // the next file is offered over plain HTTP
            desk.learnt = true;
        }
        return failed_by(*fault);
    }
    int status = 1;
    if (auto const* download = std::get_if<cwmp::DownloadResponse>(&answer))
        status = download->status;
    else if (auto const* upload = std::get_if<cwmp::UploadResponse>(&answer))
        status = upload->status;
    return status == 0 ? Move{Done{}} : wait(desk);
}

Move TransferRunner::on_queue(cwmp::Message const& answer, Desk& desk)
{
    auto const is_ours = [this](auto const& transfer) { return transfer.command_key == task.command_key; };
    bool queued = false;
    if (auto const* all = std::get_if<cwmp::GetAllQueuedTransfersResponse>(&answer))
        queued = std::ranges::any_of(all->transfer_list, is_ours);
    else if (auto const* some = std::get_if<cwmp::GetQueuedTransfersResponse>(&answer))
        queued = std::ranges::any_of(some->transfer_list, is_ours);
    else if (stage_ == Stage::asking_all) {
        desk.learn_unsupported("GetAllQueuedTransfers");
        return ask(desk);
    } else {
        desk.learn_unsupported("GetQueuedTransfers");
        queued = true;  // nobody knows: waiting is safe
    }
    absent_ = queued ? 0 : absent_ + 1;
    doubtful_ = !queued;
    if (absent_ < 2)
        return wait(desk);
    doubtful_ = false;
    return start(desk);
}

Move TransferRunner::reconcile(Evidence const& evidence, Desk& desk)
{
    if (is_proven(evidence))
        return Done{R"({"judged_by":"software_version"})"};
    if (was_sent())
        doubtful_ = true;
    if (!doubtful_)
        return Stay{};
    // Not found once: found out again only when a transfer that is running had time to be reported.
    bool const too_early = absent_ > 0 && task.sent_at && desk.now - *task.sent_at < std::chrono::seconds{60};
    return too_early ? Move{Stay{}} : Move{Again{}};
}

Move TransferRunner::on_transfer_complete(cwmp::TransferComplete const& report, Desk&)
{
    auto result = boost::json::serialize(
        boost::json::object{{"start_time", report.start_time}, {"complete_time", report.complete_time}});
    if (report.fault_struct.fault_code == 0)
        return Done{std::move(result)};
    auto failed = failed_by(cwmp::make_fault(report.fault_struct.fault_code, report.fault_struct.fault_string));
    failed.result = std::move(result);
    return failed;
}

}  // namespace session
