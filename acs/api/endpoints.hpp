#pragma once

#include "api/call.hpp"
#include "domain/ids.hpp"
#include "domain/inventory.hpp"

#include <string>
#include <vector>

namespace api {

// devices.cpp
Answer list_devices(Call call);
Answer get_device(Call call);
/// One device as it is now, with what it should probably be merged with.
Answer show_device(Context const& context, domain::DeviceKey device);

// device_changes.cpp
Answer change_device(Call call);
Answer merge_device(Call call);

// tags.cpp
Answer add_device_tag(Call call);
Answer remove_device_tag(Call call);
/// One label goes on or comes off, and it is written down who did that; all that the device has then. Fails with 409.
[[nodiscard]] base::Awaitable<Outcome<std::vector<std::string>>>
change_tag(Call const& call, domain::DeviceRow const& device, std::string tag, bool is_added);
Answer list_tags(Call call);
Answer remove_tag(Call call);

// groups.cpp
Answer list_groups(Call call);
Answer add_group(Call call);
Answer show_group(Call call);
Answer change_group(Call call);
Answer remove_group(Call call);

// jobs.cpp
Answer list_jobs(Call call);
Answer create_job(Call call);
Answer get_job(Call call);
Answer list_job_tasks(Call call);
Answer pause_job(Call call);
Answer resume_job(Call call);
Answer cancel_job(Call call);
Answer retry_job(Call call);

// credentials.cpp
Answer get_credentials(Call call);
Answer rotate_credentials(Call call);
Answer re_enrol_device(Call call);
Answer retire_device(Call call);
Answer purge_device(Call call);
/// Erases what is kept of a device that is not in service, and writes down who did. Fails with 409.
[[nodiscard]] base::Awaitable<Outcome<void>> erase_device(Call const& call, domain::DeviceKey device);

// rotations.cpp
Answer list_rotations(Call call);
Answer get_rotation(Call call);
Answer create_rotation(Call call);
Answer pause_rotation(Call call);
Answer resume_rotation(Call call);
Answer cancel_rotation(Call call);

// promotions.cpp
Answer list_promotions(Call call);
Answer show_promotion(Call call);
Answer add_promotion(Call call);
Answer remove_promotion(Call call);

// rules.cpp
Answer list_rules(Call call);
Answer show_rule(Call call);
Answer check_rules(Call call);
Answer apply_rules(Call call);
Answer preview_rules(Call call);

// explanations.cpp
Answer explain_device(Call call);

// rule_quarantine.cpp
Answer list_rule_quarantine(Call call);
Answer release_rule_quarantine(Call call);

// rule_sets.cpp
Answer list_rule_sets(Call call);
Answer show_rule_set(Call call);
Answer rollback_rules(Call call);
Answer pause_rules(Call call);
Answer resume_rules(Call call);

// parameters.cpp
Answer list_parameters(Call call);

// tasks.cpp
Answer create_task(Call call);
Answer list_device_tasks(Call call);
Answer list_tasks(Call call);
Answer get_task(Call call);
Answer cancel_task(Call call);

// sessions.cpp
Answer list_sessions(Call call);
Answer list_device_sessions(Call call);
Answer get_session(Call call);

// traces.cpp
Answer get_trace(Call call);
Answer get_trace_order(Call call);
Answer order_trace(Call call);
Answer cancel_trace(Call call);

// connection_requests.cpp
Answer request_connection(Call call);

// reachability.cpp
Answer get_reachability(Call call);

// files.cpp
Answer add_file(Call call);
Answer list_files(Call call);
Answer get_file(Call call);
Answer remove_file(Call call);
/// Checks an upload's query and opens the place its body goes to.
[[nodiscard]] Outcome<net::BodyPolicy> receive_file(Context const& context, net::RequestHead const& head);

// incidents.cpp
Answer list_incidents(Call call);

// events.cpp
Answer list_events(Call call);
Answer list_device_events(Call call);
Answer stream_events(Call call);

// webhooks.cpp
Answer list_webhooks(Call call);
Answer get_webhook(Call call);
Answer add_webhook(Call call);
Answer change_webhook(Call call);
Answer remove_webhook(Call call);
Answer pause_webhook(Call call);
Answer resume_webhook(Call call);
Answer test_webhook(Call call);
Answer list_dead_letters(Call call);
Answer redeliver_dead_letters(Call call);

// announcements.cpp
Answer list_announcements(Call call);
Answer add_announcements(Call call);
Answer remove_announcement(Call call);

// strangers.cpp
Answer list_strangers(Call call);
Answer enrol_stranger(Call call);
Answer forget_stranger(Call call);

// login.cpp
Answer log_in(Call call);
Answer log_out(Call call);
Answer show_self(Call call);
Answer change_own_password(Call call);

// operators.cpp
Answer list_operators(Call call);
Answer show_operator(Call call);
Answer add_operator(Call call);
Answer change_operator(Call call);
Answer remove_operator(Call call);

// roles.cpp
Answer list_roles(Call call);
Answer show_role(Call call);
Answer add_role(Call call);
Answer change_role(Call call);
Answer remove_role(Call call);

// tokens.cpp
Answer list_tokens(Call call);
Answer add_token(Call call);
Answer remove_token(Call call);

// audit_trail.cpp
Answer list_audit(Call call);
Answer verify_audit(Call call);

// rule_settings.cpp
Answer list_rule_settings(Call call);
Answer show_rule_setting(Call call);
Answer put_rule_setting(Call call);
Answer remove_rule_setting(Call call);

// faults.cpp
Answer list_faults(Call call);
Answer summarize_faults(Call call);

// configuration.cpp
Answer list_settings(Call call);

// server.cpp
Answer get_version(Call call);
Answer get_statistics(Call call);

}  // namespace api
