// The command line of what concerns many devices.
#include "cli/arguments.hpp"

namespace cli {

namespace {

void add_tags(CLI::App& app, Invocation& invocation)
{
    on_device(app, invocation, "tag", "put tags on a device", {"TAG", "labels", 1, many});
    on_device(app, invocation, "untag", "take tags off a device", {"TAG", "labels", 1, many});
    auto* const tags = app.add_subcommand("tags", "list the tags that devices have, or take one off all of them");
    tags->add_option("ACTION", invocation.operands, "remove TAG: by a job; nothing: list")->expected(0, 2);
    tags->add_option("--where", invocation.where, "only of devices for which this SQL condition holds");
    tags->add_option("--group", invocation.group, "only of devices of this group");
    add_limit(*tags, invocation);
}

void add_groups(CLI::App& app, Invocation& invocation)
{
    auto* const groups = app.add_subcommand("groups", "conditions that have a name: list, show, add, change, remove");
    groups
        ->add_option("ACTION", invocation.operands,
                     "show NAME, add NAME --where CONDITION, change NAME, remove NAME; nothing: list")
        ->expected(0, 2);
    groups->add_option("--where", invocation.where, "SQL condition over acs.device and value('PATH')");
    groups->add_option("--description", invocation.reason, "what it is for");
    add_limit(*groups, invocation);
}

void add_jobs(CLI::App& app, Invocation& invocation)
{
    auto* const jobs = app.add_subcommand("jobs", "list work on many devices, the newest first");
    jobs->add_option("--state", invocation.state, "running, paused, cancelled or done");
    auto* const job =
        app.add_subcommand("job", "work on many devices: show, add, pause, resume, cancel, retry; its tasks");
    job->add_option(
           "ACTION", invocation.operands,
           "ID; add KIND OPERAND... with the operands of the command for one device, or add tag|untag TAG..., or"
           " add wake; pause, resume, cancel, retry or tasks ID")
        ->required()
        ->expected(1, many);
    auto& options = invocation.job;
    job->add_option("--where", invocation.where, "the devices: SQL condition over acs.device and value('PATH')");
    job->add_option("--group", invocation.group, "the devices: a group; with --where both must hold");
    job->add_option("--devices", options.devices,
                    "the devices: a file with an id in each line, or in a CSV's first column");
    job->add_flag("--skip-unknown", options.skip_unknown, "leave out devices of the file that are not there");
    job->add_option("--name", options.name, "what people call it");
    job->add_option("--rate", invocation.rate, "devices a minute");
    job->add_option("--at-once", options.at_once, "tasks that are open at the same time, at most");
    job->add_option("--max-failed", options.most_failed, "per cent that may fail before it pauses by itself");
    job->add_flag("--wake", options.wake, "wake the devices");
    job->add_flag("--dry-run", invocation.dry_run, "tell which devices are meant, and do nothing");
    job->add_option("--state", invocation.state, "of tasks: queued, sent, waiting, unknown, done, failed ...");
    add_times(*job, invocation);
    add_file_options(*job, invocation);
    for (auto* const command : {jobs, job})
        add_limit(*command, invocation);
}

}  // namespace

void add_fleet(CLI::App& app, Invocation& invocation)
{
    add_tags(app, invocation);
    add_groups(app, invocation);
    add_jobs(app, invocation);
}

}  // namespace cli
