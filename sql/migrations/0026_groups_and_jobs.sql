SET LOCAL search_path = public;

CREATE TABLE device_group (
    name         text        NOT NULL PRIMARY KEY,
    description  text        NOT NULL DEFAULT '',
    condition    text        NOT NULL,
    made_by      text        NOT NULL DEFAULT '',
    made_at      timestamptz NOT NULL DEFAULT now(),
    changed_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE device_group IS 'Conditions over devices that have a name.';
COMMENT ON COLUMN device_group.name IS 'As people name it.';
COMMENT ON COLUMN device_group.description IS 'What it is for.';
COMMENT ON COLUMN device_group.condition IS 'Over acs.device and value(''PATH''); guarded when it is saved and whenever it is used.';
COMMENT ON COLUMN device_group.made_by IS 'By whom.';
COMMENT ON COLUMN device_group.made_at IS 'When it was made.';
COMMENT ON COLUMN device_group.changed_at IS 'When it was last changed.';

CREATE TABLE job (
    job_id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text        NOT NULL DEFAULT '',
    kind           text        NOT NULL,
    arguments      jsonb       NOT NULL DEFAULT '{}',
    condition      text        NOT NULL,
    group_name     text        NOT NULL DEFAULT '',
    part           text        NOT NULL DEFAULT '',
    is_list        boolean     NOT NULL DEFAULT false,
    per_minute     integer     NOT NULL CHECK (per_minute > 0),
    at_once        integer     CHECK (at_once > 0),
    not_before     timestamptz,
    expires_at     timestamptz,
    window_start   time,
    window_end     time,
    wakes          boolean     NOT NULL DEFAULT false,
    most_failed    integer     NOT NULL DEFAULT 20,
    state          text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
    stopped        text        NOT NULL DEFAULT '',
    total          bigint,
    position       bigint      NOT NULL DEFAULT 0,
    is_walked      boolean     NOT NULL DEFAULT false,
    seen           bigint      NOT NULL DEFAULT 0,
    ordered        bigint      NOT NULL DEFAULT 0,
    skipped_full   bigint      NOT NULL DEFAULT 0,
    skipped_state  bigint      NOT NULL DEFAULT 0,
    reached        bigint      NOT NULL DEFAULT 0,
    unreached      bigint      NOT NULL DEFAULT 0,
    former_ended   bigint      NOT NULL DEFAULT 0,
    former_failed  bigint      NOT NULL DEFAULT 0,
    tasks          jsonb,
    retry_of       bigint,
    made_at        timestamptz NOT NULL DEFAULT now(),
    made_by        text        NOT NULL DEFAULT '',
    stepped_at     timestamptz NOT NULL DEFAULT now(),
    reviewed_at    timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    held_by        smallint,
    held_until     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE job IS 'Something that is done to many devices, one after another.';
COMMENT ON COLUMN job.job_id IS 'Its id; the tasks it makes have the origin job:ID.';
COMMENT ON COLUMN job.name IS 'What people call it.';
COMMENT ON COLUMN job.kind IS 'As in task, or tag, untag, wake.';
COMMENT ON COLUMN job.arguments IS 'As in task; secrets in it are sealed.';
COMMENT ON COLUMN job.condition IS 'Which devices: a condition as in a search; empty: those in job_device.';
COMMENT ON COLUMN job.group_name IS 'The group that a part of the condition was copied from.';
COMMENT ON COLUMN job.part IS 'The part of the fleet that whoever ordered it may see: both conditions must hold.';
COMMENT ON COLUMN job.is_list IS 'The devices are those in job_device.';
COMMENT ON COLUMN job.per_minute IS 'How many devices get their turn in a minute.';
COMMENT ON COLUMN job.at_once IS 'How many of its tasks may be open at the same time; NULL: any number.';
COMMENT ON COLUMN job.not_before IS 'No device gets its turn earlier.';
COMMENT ON COLUMN job.expires_at IS 'No device gets its turn later; its tasks expire then.';
COMMENT ON COLUMN job.window_start IS 'As in task, of each task.';
COMMENT ON COLUMN job.window_end IS 'As in task, of each task.';
COMMENT ON COLUMN job.wakes IS 'Devices are woken for their tasks.';
COMMENT ON COLUMN job.most_failed IS 'Per cent of its tasks that may fail before it stops.';
COMMENT ON COLUMN job.state IS 'running, paused, cancelled, or done: every task came to its end.';
COMMENT ON COLUMN job.stopped IS 'Why it does not go on, or did not come to all devices, when no person wants that.';
COMMENT ON COLUMN job.total IS 'Devices that were meant when it was ordered; NULL: they could not be counted in time.';
COMMENT ON COLUMN job.position IS 'The last device that had its turn.';
COMMENT ON COLUMN job.is_walked IS 'Every device had its turn.';
COMMENT ON COLUMN job.seen IS 'Devices that had their turn.';
COMMENT ON COLUMN job.ordered IS 'Of these the ones for which a task was made, whose tags were changed or that were to be woken.';
COMMENT ON COLUMN job.skipped_full IS 'Passed over: they have as many open tasks, or tags, as a device may have.';
COMMENT ON COLUMN job.skipped_state IS 'Passed over: retired, rejected or gone.';
COMMENT ON COLUMN job.reached IS 'Devices that came when they were woken.';
COMMENT ON COLUMN job.unreached IS 'Devices that did not.';
COMMENT ON COLUMN job.former_ended IS 'Tasks that had ended when a person last resumed it: they do not stop it again.';
COMMENT ON COLUMN job.former_failed IS 'Of these the ones that had failed.';
COMMENT ON COLUMN job.tasks IS 'When it is over: state -> tasks; NULL: they are counted.';
COMMENT ON COLUMN job.retry_of IS 'The job whose failed tasks it repeats.';
COMMENT ON COLUMN job.made_at IS 'When it was ordered.';
COMMENT ON COLUMN job.made_by IS 'By whom.';
COMMENT ON COLUMN job.stepped_at IS 'Up to when its rate is used up.';
COMMENT ON COLUMN job.reviewed_at IS 'When somebody last looked at how its tasks fare.';
COMMENT ON COLUMN job.ended_at IS 'When it was done or cancelled.';
COMMENT ON COLUMN job.held_by IS 'The node that gives devices their turns.';
COMMENT ON COLUMN job.held_until IS 'Then another node may.';
CREATE INDEX job_open ON job (job_id) WHERE tasks IS NULL;

CREATE TABLE job_device (
    device_id  bigint NOT NULL,
    job_id     bigint NOT NULL,
    PRIMARY KEY (device_id, job_id)
);
COMMENT ON TABLE job_device IS 'The devices of jobs that name them one by one.';
COMMENT ON COLUMN job_device.device_id IS 'The device.';
COMMENT ON COLUMN job_device.job_id IS 'The job.';
CREATE INDEX job_device_walk ON job_device (job_id, device_id);

CREATE INDEX task_of_job ON task (origin, state, task_id) WHERE origin LIKE 'job:%';
COMMENT ON COLUMN task.origin IS 'Who ordered it: api, discovery, rule:NAME, job:ID, campaign:ID.';

UPDATE role SET permissions = permissions || '{jobs.read,jobs.write}' WHERE is_builtin AND name IN ('administrator', 'provisioning');
UPDATE role SET permissions = permissions || '{jobs.read}' WHERE is_builtin AND name IN ('support', 'viewer');
