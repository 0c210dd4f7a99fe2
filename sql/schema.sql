-- The whole schema as of the newest file in migrations/; a test holds both to the same `pg_dump -s`.
-- Tables are the server's own and may change; the views and functions of the schema "acs" at the end are a contract.
--
-- Marks for people and tests: a table with the comment /*partition KEY*/ may be partitioned by HASH (KEY) without any
-- other change; every statement of the session path runs on both shapes.
--
-- Run it in one transaction (psql -1 -f schema.sql): tables go to the schema public whatever the user is called.

SET LOCAL search_path = public;

CREATE SCHEMA acs;
COMMENT ON SCHEMA acs IS 'What operators, rules and the API see. Its columns are a contract.';

------------------------------------------------------------------------------------------------------ administration

CREATE TABLE schema_version (
    version     integer     NOT NULL PRIMARY KEY,
    applied_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE schema_version IS 'One row for each migration that was applied.';
COMMENT ON COLUMN schema_version.version IS 'Number of the file in sql/migrations.';
COMMENT ON COLUMN schema_version.applied_at IS 'When it was applied.';

CREATE TABLE node (
    node_id     smallint    NOT NULL PRIMARY KEY CHECK (node_id BETWEEN 0 AND 1023),
    name        text        NOT NULL UNIQUE,
    started_at  timestamptz NOT NULL DEFAULT now(),
    last_seen   timestamptz NOT NULL DEFAULT now(),
    sealing_key text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE node IS 'The servers that share this database. A number is taken over when its node was silent for long.';
COMMENT ON COLUMN node.node_id IS 'Part of every id that the node makes (tasks, events).';
COMMENT ON COLUMN node.name IS 'Unique for one start of one program: host, process and a random part.';
COMMENT ON COLUMN node.started_at IS 'When the node took its number.';
COMMENT ON COLUMN node.last_seen IS 'Last sign of life; by the database''s clock.';
COMMENT ON COLUMN node.sealing_key IS 'Name of the first key in its key file: what it seals with.';

CREATE TABLE sealing_key (
    name      text        NOT NULL PRIMARY KEY,
    used_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sealing_key IS 'The keys that secrets in this database may be sealed with: no node starts without one of them. acs rekey deletes those that nothing needs any more.';
COMMENT ON COLUMN sealing_key.name IS 'Its name in the key file.';
COMMENT ON COLUMN sealing_key.used_at IS 'When a node first began with it.';

CREATE TABLE setting (
    name        text        NOT NULL PRIMARY KEY,
    value       jsonb       NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE setting IS 'Facts that all nodes share and that no configuration file can hold.';
COMMENT ON COLUMN setting.name IS 'What it is.';
COMMENT ON COLUMN setting.value IS 'Its value.';
COMMENT ON COLUMN setting.changed_at IS 'When it was last written.';

------------------------------------------------------------------------------------------------------------- devices

CREATE TABLE device (
    device_id              bigint      NOT NULL PRIMARY KEY,
    state                  text        NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'active', 'conflict', 'retiring', 'retired', 'rejected')),
    manufacturer           text        NOT NULL DEFAULT '',
    oui                    text        NOT NULL,
    product_class          text        NOT NULL,
    serial_number          text        NOT NULL,
    model_name             text        NOT NULL DEFAULT '',
    inform_interval        integer,
    subscriber             text,
    tags                   text[]      NOT NULL DEFAULT '{}',
    parent_device          bigint,
    access_node            text,
    time_zone              text,
    attributes             jsonb       NOT NULL DEFAULT '{}',
    dialect                jsonb,
    automation_stopped     text,
    automation_stopped_at  timestamptz,
    first_seen             timestamptz NOT NULL DEFAULT now(),
    login_state            text        NOT NULL DEFAULT 'none'
        CHECK (login_state IN ('none', 'given', 'proven', 're-enrolling', 'allowed', 'ignored')),
    login_until            timestamptz,
    retire_by              timestamptz,
    re_enrolled_at         timestamptz[] NOT NULL DEFAULT '{}'
) /*partition device_id*/;
COMMENT ON TABLE device IS 'What people know and decide about a device. Changes seldom, is indexed.';
COMMENT ON COLUMN device.device_id IS 'A 63-bit hash of the identity it first came with; acs.device.id.';
COMMENT ON COLUMN device.state IS 'Where it stands between its first contact and its removal.';
COMMENT ON COLUMN device.manufacturer IS 'As its first Inform told.';
COMMENT ON COLUMN device.oui IS 'Of its current identity: upper case when hexadecimal.';
COMMENT ON COLUMN device.product_class IS 'Of its current identity; may be empty.';
COMMENT ON COLUMN device.serial_number IS 'Of its current identity.';
COMMENT ON COLUMN device.model_name IS 'DeviceInfo.ModelName as last stored with its tree.';
COMMENT ON COLUMN device.inform_interval IS 'PeriodicInformInterval as last stored with its tree, seconds; NULL: not known.';
COMMENT ON COLUMN device.subscriber IS 'The customer it serves, in the operator''s own terms.';
COMMENT ON COLUMN device.tags IS 'Labels given by people and rules.';
COMMENT ON COLUMN device.parent_device IS 'The gateway behind which it stands.';
COMMENT ON COLUMN device.access_node IS 'Where its line ends: DSLAM, OLT, CMTS.';
COMMENT ON COLUMN device.time_zone IS 'For windows of tasks (''Europe/Berlin''); NULL: UTC.';
COMMENT ON COLUMN device.attributes IS 'The operator''s own facts.';
COMMENT ON COLUMN device.dialect IS 'Wire options that differ from those of its model.';
COMMENT ON COLUMN device.automation_stopped IS 'Why automation leaves it alone; NULL: it does not.';
COMMENT ON COLUMN device.automation_stopped_at IS 'Since when.';
COMMENT ON COLUMN device.first_seen IS 'Its first accepted Inform.';
COMMENT ON COLUMN device.login_state IS
    'What it is let in with. none: it has no login of its own; given: one was made, and not used yet; proven: it uses its own; '
    're-enrolling: it came back from factory defaults with a shared one and waits; allowed: it may come with a shared one; '
    'ignored: it says that it takes its own and goes on with a shared one.';
COMMENT ON COLUMN device.login_until IS 'How long it may come with a shared login although it had its own.';
COMMENT ON COLUMN device.retire_by IS 'When a retiring device is retired although it did not come; NULL: it is not retiring.';
COMMENT ON COLUMN device.re_enrolled_at IS 'When a policy, and no person, agreed that it is itself after a reset: within the last day, as of then.';
CREATE INDEX device_stopped ON device (device_id) WHERE automation_stopped IS NOT NULL;
CREATE INDEX device_retiring ON device (retire_by) WHERE retire_by IS NOT NULL;
CREATE INDEX device_serial_number ON device (serial_number text_pattern_ops);
CREATE INDEX device_subscriber ON device (subscriber) WHERE subscriber IS NOT NULL;
CREATE INDEX device_tags ON device USING gin (tags);
CREATE INDEX device_pending ON device (device_id) WHERE state = 'pending';

CREATE TABLE device_identity (
    identity_hash  bigint      NOT NULL PRIMARY KEY,
    device_id      bigint      NOT NULL,
    oui            text        NOT NULL,
    product_class  text        NOT NULL,
    serial_number  text        NOT NULL,
    made_by        bigint      NOT NULL,
    first_seen     timestamptz NOT NULL DEFAULT now()
) /*partition identity_hash*/;
COMMENT ON TABLE device_identity IS
    'The identities devices came with. Found by hash, then compared; after a collision the hash with the next salt is tried.';
COMMENT ON COLUMN device_identity.identity_hash IS 'First 63 bits of SHA-256 over OUI, ProductClass, SerialNumber and a salt.';
COMMENT ON COLUMN device_identity.device_id IS 'The device; several identities may be one device.';
COMMENT ON COLUMN device_identity.oui IS 'As in TR-069 DeviceIdStruct; upper case when hexadecimal.';
COMMENT ON COLUMN device_identity.product_class IS 'As in DeviceIdStruct; may be empty.';
COMMENT ON COLUMN device_identity.serial_number IS 'As in DeviceIdStruct.';
COMMENT ON COLUMN device_identity.made_by IS 'Id of the contact that made it: a repeated commit knows its own work.';
COMMENT ON COLUMN device_identity.first_seen IS 'When it was first heard.';
CREATE INDEX device_identity_device ON device_identity (device_id);

CREATE TABLE device_contact (
    device_id               bigint      NOT NULL PRIMARY KEY,
    session_epoch           bigint      NOT NULL DEFAULT 0,
    contact_id              bigint      NOT NULL DEFAULT 0,
    last_inform             timestamptz,
    last_boot               timestamptz,
    last_failure_at         timestamptz,
    hour_start              timestamptz,
    hour_sessions           integer     NOT NULL DEFAULT 0,
    hour_boots              integer     NOT NULL DEFAULT 0,
    failed_in_row           integer     NOT NULL DEFAULT 0,
    informs                 integer     NOT NULL DEFAULT 0,
    periodic_informs        integer     NOT NULL DEFAULT 0,
    address                 inet,
    last_events             text[],
    last_event_keys         text[],
    software_version        text        NOT NULL DEFAULT '',
    hardware_version        text        NOT NULL DEFAULT '',
    provisioning_code       text        NOT NULL DEFAULT '',
    parameter_key           text        NOT NULL DEFAULT '',
    connection_request_url  text        NOT NULL DEFAULT '',
    tree_version            bigint      NOT NULL DEFAULT 0,
    tree_software_version   text,
    last_failure            text,
    boot_epoch              bigint      NOT NULL DEFAULT 0,
    bootstrap_epoch         bigint      NOT NULL DEFAULT 0,
    same_events             boolean     NOT NULL DEFAULT false,
    rules_epoch             bigint      NOT NULL DEFAULT 0,
    rules_until             timestamptz,
    login_mark              bigint      NOT NULL DEFAULT 0
) /*partition device_id*/
WITH (fillfactor = 75, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE device_contact IS
    'One narrow row per device, written by every Inform. It has no secondary index, so that every update stays on its page.';
COMMENT ON COLUMN device_contact.device_id IS 'The device.';
COMMENT ON COLUMN device_contact.session_epoch IS 'Number of its newest session; a write of an older session is refused.';
COMMENT ON COLUMN device_contact.contact_id IS 'Id of the newest contact: a repeated commit of the same Inform changes nothing.';
COMMENT ON COLUMN device_contact.last_inform IS 'When the newest Inform came.';
COMMENT ON COLUMN device_contact.last_boot IS 'When the newest Inform with 0 BOOTSTRAP, 1 BOOT or M Reboot came.';
COMMENT ON COLUMN device_contact.last_failure_at IS 'When a session last ended badly.';
COMMENT ON COLUMN device_contact.hour_start IS 'Start of the hour that the two next counts are of.';
COMMENT ON COLUMN device_contact.hour_sessions IS 'Sessions in that hour.';
COMMENT ON COLUMN device_contact.hour_boots IS 'Boots in that hour.';
COMMENT ON COLUMN device_contact.failed_in_row IS 'Sessions that ended badly since the last good one.';
COMMENT ON COLUMN device_contact.informs IS 'Informs ever accepted.';
COMMENT ON COLUMN device_contact.periodic_informs IS 'Of these the ones with nothing but 2 PERIODIC, which make no event row.';
COMMENT ON COLUMN device_contact.address IS 'Where the newest Inform came from.';
COMMENT ON COLUMN device_contact.last_events IS 'Event codes of the newest Inform.';
COMMENT ON COLUMN device_contact.last_event_keys IS 'Their CommandKeys; NULL: all empty.';
COMMENT ON COLUMN device_contact.software_version IS 'As its newest Inform told.';
COMMENT ON COLUMN device_contact.hardware_version IS 'As its newest Inform told.';
COMMENT ON COLUMN device_contact.provisioning_code IS 'As its newest Inform told.';
COMMENT ON COLUMN device_contact.parameter_key IS 'ParameterKey as its newest Inform told.';
COMMENT ON COLUMN device_contact.connection_request_url IS 'As its newest Inform told: chosen by the device, checked before use.';
COMMENT ON COLUMN device_contact.tree_version IS 'One more with each write of its tree: who folds values in says which one he has read.';
COMMENT ON COLUMN device_contact.tree_software_version IS 'The software its stored tree was read from; NULL: nothing was read yet.';
COMMENT ON COLUMN device_contact.last_failure IS 'Why a session last ended badly.';
COMMENT ON COLUMN device_contact.boot_epoch IS
    'Number of the newest session that began with 0 BOOTSTRAP, 1 BOOT or M Reboot: who sent a Reboot in an earlier one knows that it was done.';
COMMENT ON COLUMN device_contact.bootstrap_epoch IS 'Number of the newest session that began with 0 BOOTSTRAP.';
COMMENT ON COLUMN device_contact.same_events IS
    'The newest Inform told the same events as the one before it: with a RetryCount it is a redelivery.';
COMMENT ON COLUMN device_contact.rules_epoch IS
    'The set of rules that it satisfies; 0: what they make of its newest Inform is not known yet, -1: its next Inform is to be looked at, -2: both.';
COMMENT ON COLUMN device_contact.rules_until IS 'When the rules are evaluated again although nothing changed.';
COMMENT ON COLUMN device_contact.login_mark IS
    'Of its newest Digest login: time of the nonce in milliseconds * 2^20 + its count. Not greater means that it was used before.';

CREATE TABLE device_recent (
    device_id  bigint  NOT NULL PRIMARY KEY,
    version    bigint  NOT NULL,
    path_ids   integer[] NOT NULL,
    values     text[]    NOT NULL,
    changed    integer[] NOT NULL
) /*partition device_id*/
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE device_recent IS
    'What Informs told since the tree was last written: at most 64 values and 1.8 KB, folded into the tree by its next write.';
COMMENT ON COLUMN device_recent.device_id IS 'The device.';
COMMENT ON COLUMN device_recent.version IS 'One more with each write: who changes it says which one he has seen.';
COMMENT ON COLUMN device_recent.path_ids IS 'The parameters, ascending.';
COMMENT ON COLUMN device_recent.values IS 'Their values in the same order; those of secret paths are never here, only in the tree.';
COMMENT ON COLUMN device_recent.changed IS 'When each value was first told, seconds since 1970.';

------------------------------------------------------------------------------------------------------ parameter paths

CREATE TABLE path (
    path_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path       text        NOT NULL UNIQUE,
    is_secret  boolean     NOT NULL,
    made_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE path IS 'Parameter and object names, once each. Ids are never used again.';
COMMENT ON COLUMN path.path_id IS 'What trees refer to.';
COMMENT ON COLUMN path.path IS 'The full name; an object''s ends with a dot.';
COMMENT ON COLUMN path.is_secret IS 'Its values are sealed in every table and shown to nobody.';
COMMENT ON COLUMN path.made_at IS 'When it was first heard.';

CREATE TABLE path_count (
    paths  bigint NOT NULL
);
COMMENT ON TABLE path_count IS 'One row: how many paths there are, for the limit in all. Locked while paths are made.';
COMMENT ON COLUMN path_count.paths IS 'Rows of the table path.';
INSERT INTO path_count (paths) VALUES (0);

CREATE TABLE path_budget (
    device_id  bigint  NOT NULL,
    day        date    NOT NULL,
    made       integer NOT NULL,
    PRIMARY KEY (device_id, day)
);
COMMENT ON TABLE path_budget IS 'How many new paths each device made us keep in a day, for the limit per device and day.';
COMMENT ON COLUMN path_budget.device_id IS 'The device.';
COMMENT ON COLUMN path_budget.day IS 'The day in UTC.';
COMMENT ON COLUMN path_budget.made IS 'New paths on that day.';

CREATE TABLE promoted (
    pattern     text        NOT NULL PRIMARY KEY,
    reason      text        NOT NULL DEFAULT '',
    made_at     timestamptz NOT NULL DEFAULT now(),
    fill_after  bigint,
    removed_at  timestamptz
);
COMMENT ON TABLE promoted IS 'Which parameters are copied to device_parameter, where fleets can be searched by them.';
COMMENT ON COLUMN promoted.pattern IS 'A path; {i} or * stands for any instance. Secrets are never promoted.';
COMMENT ON COLUMN promoted.reason IS 'Who needs it.';
COMMENT ON COLUMN promoted.made_at IS 'When it was added.';
COMMENT ON COLUMN promoted.fill_after IS
    'The device up to which the copies of what was known before are made; NULL: all are.';
COMMENT ON COLUMN promoted.removed_at IS 'When it was given up: its copies are being deleted, then the row is.';
INSERT INTO promoted (pattern, reason) VALUES
    ('Device.DeviceInfo.ModelName', 'search'),
    ('Device.DeviceInfo.SoftwareVersion', 'search'),
    ('Device.DeviceInfo.ProvisioningCode', 'search'),
    ('Device.WiFi.SSID.{i}.SSID', 'search'),
    ('Device.PPP.Interface.{i}.Username', 'search'),
    ('Device.IP.Interface.{i}.IPv4Address.{i}.IPAddress', 'search'),
    ('InternetGatewayDevice.DeviceInfo.ModelName', 'search'),
    ('InternetGatewayDevice.DeviceInfo.SoftwareVersion', 'search'),
    ('InternetGatewayDevice.DeviceInfo.ProvisioningCode', 'search'),
    ('InternetGatewayDevice.LANDevice.{i}.WLANConfiguration.{i}.SSID', 'search'),
    ('InternetGatewayDevice.WANDevice.{i}.WANConnectionDevice.{i}.WANIPConnection.{i}.ExternalIPAddress', 'search'),
    ('InternetGatewayDevice.WANDevice.{i}.WANConnectionDevice.{i}.WANPPPConnection.{i}.ExternalIPAddress', 'search'),
    ('InternetGatewayDevice.WANDevice.{i}.WANConnectionDevice.{i}.WANPPPConnection.{i}.Username', 'search');

----------------------------------------------------------------------------------------------------- parameter values

CREATE TABLE device_tree (
    device_id         bigint      NOT NULL PRIMARY KEY,
    stored_at         timestamptz NOT NULL,
    software_version  text        NOT NULL,
    read_at           jsonb       COMPRESSION lz4 NOT NULL,
    path_ids          integer[]   COMPRESSION lz4 NOT NULL,
    values            text[]      COMPRESSION lz4 NOT NULL,
    changed           integer[]   COMPRESSION lz4 NOT NULL,
    flags             bytea       COMPRESSION lz4 NOT NULL
) /*partition device_id*/
WITH (fillfactor = 80, toast.autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE device_tree IS
    'All that was read from a device: one row of parallel arrays. A write touches only the columns that changed.';
COMMENT ON COLUMN device_tree.device_id IS 'The device.';
COMMENT ON COLUMN device_tree.stored_at IS 'When it was last written.';
COMMENT ON COLUMN device_tree.software_version IS 'The software it was read from.';
COMMENT ON COLUMN device_tree.read_at IS
    'When which subtree was last read completely: path id of the object -> seconds since 1970; '''' when all was read.';
COMMENT ON COLUMN device_tree.path_ids IS 'Parameters and objects, ascending.';
COMMENT ON COLUMN device_tree.values IS 'Their values in the same order, '''' where there is none; those of secret paths are sealed.';
COMMENT ON COLUMN device_tree.changed IS 'When each value became what it is, seconds since 1970; 0: not known.';
COMMENT ON COLUMN device_tree.flags IS
    'Two bytes each, high byte first: bits 0-3 type, 4-5 writable (0 not known, 1 no, 2 yes), 6-8 notification (7 not known), '
    '9 has a value, 10 doubtful, 11 value too long to keep, 12 dangerous to read, 15 sealed.';

CREATE TABLE device_parameter (
    device_id  bigint      NOT NULL,
    path_id    integer     NOT NULL,
    value      text        CHECK (octet_length(value) <= 1024),
    since      timestamptz NOT NULL,
    PRIMARY KEY (device_id, path_id)
) /*partition device_id*/
WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE device_parameter IS 'Copies of promoted parameters: what fleets are searched by. Never secrets.';
COMMENT ON COLUMN device_parameter.device_id IS 'The device.';
COMMENT ON COLUMN device_parameter.path_id IS 'The parameter.';
COMMENT ON COLUMN device_parameter.value IS 'Its value; NULL: longer than 1,024 bytes, to be found in the tree only.';
COMMENT ON COLUMN device_parameter.since IS 'When it became what it is.';
CREATE INDEX device_parameter_value ON device_parameter (path_id, value text_pattern_ops);

CREATE TABLE parameter_sample (
    at         timestamptz NOT NULL,
    device_id  bigint      NOT NULL,
    series_id  integer     NOT NULL,
    values     real[]      NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON TABLE parameter_sample IS 'Numbers over time, one row for a device and a moment; a partition per day.';
COMMENT ON COLUMN parameter_sample.at IS 'When they were read.';
COMMENT ON COLUMN parameter_sample.device_id IS 'The device.';
COMMENT ON COLUMN parameter_sample.series_id IS 'Which list of parameters the values belong to.';
COMMENT ON COLUMN parameter_sample.values IS 'The numbers in the order of that list; NULL: not read.';
CREATE INDEX parameter_sample_device ON parameter_sample (device_id, at);
CREATE INDEX parameter_sample_at ON parameter_sample USING brin (at);

-------------------------------------------------------------------------------------------------------------- events

CREATE TABLE event (
    at           timestamptz NOT NULL,
    device_id    bigint      NOT NULL,
    event_id     bigint      NOT NULL,
    tx           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    kind         text        NOT NULL,
    codes        text[],
    keys         text[],
    retry_count  integer,
    redelivered  boolean     NOT NULL DEFAULT false,
    address      inet,
    detail       jsonb,
    PRIMARY KEY (device_id, at, event_id)
) PARTITION BY RANGE (at);
COMMENT ON TABLE event IS
    'What happened (docs/events.md), append-only, a partition per day. Readers that must miss nothing take rows with '
    'tx < pg_snapshot_xmin(pg_current_snapshot()), ordered by (tx, event_id). Informs with 2 PERIODIC alone are only counted.';
COMMENT ON COLUMN event.at IS 'When it happened.';
COMMENT ON COLUMN event.device_id IS 'The device; 0: none.';
COMMENT ON COLUMN event.event_id IS
    'Made by the node or by event_number, from the time; a repeated commit makes no second row. Unique together with tx.';
COMMENT ON COLUMN event.tx IS 'The transaction that wrote it.';
COMMENT ON COLUMN event.kind IS 'What: inform, transfer.complete, task.done, ... (rows of early versions: the name of the message).';
COMMENT ON COLUMN event.codes IS 'Of an Inform: the event codes.';
COMMENT ON COLUMN event.keys IS 'Their CommandKeys; NULL: all empty.';
COMMENT ON COLUMN event.retry_count IS 'Of an Inform: RetryCount.';
COMMENT ON COLUMN event.redelivered IS 'The same events were committed before: nothing is triggered again.';
COMMENT ON COLUMN event.address IS 'Of an Inform: where it came from.';
COMMENT ON COLUMN event.detail IS 'Of other kinds: what they carry. Never a secret.';
CREATE INDEX event_at ON event USING brin (at);
CREATE INDEX event_order ON event (tx, event_id);

CREATE FUNCTION event_number(place bigint) RETURNS bigint
    LANGUAGE sql STABLE
AS $$SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint * 4194304
          + extract(microseconds FROM statement_timestamp())::bigint % 1000 * 4194 + $1$$;
COMMENT ON FUNCTION event_number(bigint) IS
    'The id of an event that a statement makes: as the nodes make them, from the time; place tells the rows of one statement apart.';

CREATE TABLE session (
    session_id  bigint      NOT NULL,
    device_id   bigint      NOT NULL,
    started     timestamptz NOT NULL,
    ended       timestamptz NOT NULL,
    bytes_in    bigint      NOT NULL,
    bytes_out   bigint      NOT NULL,
    rpcs        integer     NOT NULL,
    requests    integer     NOT NULL,
    faults      integer     NOT NULL,
    tasks       integer     NOT NULL,
    is_tls      boolean     NOT NULL,
    node        text        NOT NULL,
    address     text        NOT NULL,
    events      text[]      NOT NULL,
    failure     text,
    PRIMARY KEY (device_id, started, session_id)
) PARTITION BY RANGE (started);
COMMENT ON TABLE session IS
    'Sessions that are over, a partition per day; written some seconds later. Those that did nothing (2 PERIODIC alone, no RPC, '
    'no request of the CPE, no failure) are only counted.';
COMMENT ON COLUMN session.session_id IS 'Made by the node; ascending in time.';
COMMENT ON COLUMN session.device_id IS 'The device.';
COMMENT ON COLUMN session.started IS 'When its Inform came.';
COMMENT ON COLUMN session.ended IS 'When it was over.';
COMMENT ON COLUMN session.bytes_in IS 'Of messages of the CPE.';
COMMENT ON COLUMN session.bytes_out IS 'Of messages of ours.';
COMMENT ON COLUMN session.rpcs IS 'RPCs of ours.';
COMMENT ON COLUMN session.requests IS 'Requests of the CPE, the Inform not counted.';
COMMENT ON COLUMN session.faults IS 'Faults that our RPCs were answered with.';
COMMENT ON COLUMN session.tasks IS 'Tasks that were done in it.';
COMMENT ON COLUMN session.is_tls IS 'The CPE reached us by TLS.';
COMMENT ON COLUMN session.node IS 'Name of the node where it ended.';
COMMENT ON COLUMN session.address IS 'Where its Inform came from, or empty.';
COMMENT ON COLUMN session.events IS 'Event codes of its Inform.';
COMMENT ON COLUMN session.failure IS 'Why it came to no good end, in words; NULL: both sides had said all.';
CREATE INDEX session_newest ON session (session_id);
CREATE INDEX session_failed ON session (session_id) WHERE failure IS NOT NULL;

CREATE TABLE trace (
    device_id   bigint      NOT NULL,
    session_id  bigint      NOT NULL,
    started     timestamptz NOT NULL,
    bytes       bigint      NOT NULL,
    messages    integer     NOT NULL,
    stored      integer     NOT NULL,
    is_ordered  boolean     NOT NULL,
    file        bytea       NOT NULL,
    PRIMARY KEY (device_id, session_id)
);
ALTER TABLE trace ALTER COLUMN file SET STORAGE EXTERNAL;
COMMENT ON TABLE trace IS
    'What was said in sessions that failed, or of devices that somebody chose. Without secrets. Bounded in time and bytes.';
COMMENT ON COLUMN trace.device_id IS 'The device.';
COMMENT ON COLUMN trace.session_id IS 'As in session; ascending in time.';
COMMENT ON COLUMN trace.started IS 'When the session began.';
COMMENT ON COLUMN trace.bytes IS 'Of the text.';
COMMENT ON COLUMN trace.messages IS 'How many are in it.';
COMMENT ON COLUMN trace.stored IS 'Bytes of the file.';
COMMENT ON COLUMN trace.is_ordered IS 'Its device was chosen; else the session failed.';
COMMENT ON COLUMN trace.file IS 'The text that acs decode reads, gzipped.';
CREATE INDEX trace_newest ON trace (session_id) INCLUDE (device_id, stored, started);

CREATE TABLE trace_order (
    device_id   bigint      NOT NULL PRIMARY KEY,
    until       timestamptz NOT NULL,
    sessions    integer     NOT NULL,
    ordered_by  text        NOT NULL,
    ordered_at  timestamptz NOT NULL
);
COMMENT ON TABLE trace_order IS 'Devices whose sessions are traced, whatever becomes of them; nodes look every two seconds.';
COMMENT ON COLUMN trace_order.device_id IS 'The device.';
COMMENT ON COLUMN trace_order.until IS 'Sessions that end later are not traced.';
COMMENT ON COLUMN trace_order.sessions IS 'How many are still to be traced.';
COMMENT ON COLUMN trace_order.ordered_by IS 'Who wanted it.';
COMMENT ON COLUMN trace_order.ordered_at IS 'When.';

CREATE FUNCTION make_partitions(first date, days integer) RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    parent text;
    day date;
    name text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['event', 'parameter_sample', 'session'] LOOP
        FOR day IN SELECT first + n FROM generate_series(0, days - 1) n LOOP
            name := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(format('public.%I', name)) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', name, parent);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, name,
                           day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION make_partitions(date, integer) IS
    'Makes the daily partitions of event, parameter_sample and session that are missing from a day (UTC) on; gives how many it made.';

------------------------------------------------------------------------------------------------------------ webhooks

CREATE TABLE webhook (
    webhook_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text        NOT NULL UNIQUE,
    url           text        NOT NULL,
    kinds         text[]      NOT NULL DEFAULT '{}',
    condition     text        NOT NULL DEFAULT '',
    batch         integer     NOT NULL DEFAULT 100,
    secret        text        NOT NULL,
    is_paused     boolean     NOT NULL DEFAULT false,
    revision      bigint      NOT NULL DEFAULT 1,
    made_at       timestamptz NOT NULL DEFAULT now(),
    made_by       text        NOT NULL DEFAULT '',
    lease_node    integer,
    lease_until   timestamptz,
    delivered_at  timestamptz,
    waiting_since timestamptz,
    problem       text        NOT NULL DEFAULT '',
    missed_before timestamptz
);
COMMENT ON TABLE webhook IS 'Where events are sent to.';
COMMENT ON COLUMN webhook.webhook_id IS 'Its id.';
COMMENT ON COLUMN webhook.name IS 'As people name it; it does not change.';
COMMENT ON COLUMN webhook.url IS 'Of the receiver.';
COMMENT ON COLUMN webhook.kinds IS 'Of the events that it gets, and what is below; empty: all.';
COMMENT ON COLUMN webhook.condition IS 'Over acs.device and value(''PATH''): of whose events it gets; empty: of all.';
COMMENT ON COLUMN webhook.batch IS 'Events in one request, at most.';
COMMENT ON COLUMN webhook.secret IS 'Signs the requests; sealed for "webhook NAME".';
COMMENT ON COLUMN webhook.is_paused IS 'Nothing is sent; what happens meanwhile follows when it goes on.';
COMMENT ON COLUMN webhook.revision IS 'Grows with each change of what is above.';
COMMENT ON COLUMN webhook.made_at IS 'When it was made.';
COMMENT ON COLUMN webhook.made_by IS 'By whom.';
COMMENT ON COLUMN webhook.lease_node IS 'The node that delivers it.';
COMMENT ON COLUMN webhook.lease_until IS 'How long, unless it renews that.';
COMMENT ON COLUMN webhook.delivered_at IS 'When the receiver last took something; noted every few seconds, as the next two.';
COMMENT ON COLUMN webhook.waiting_since IS 'When the oldest event happened that waits; NULL: none does.';
COMMENT ON COLUMN webhook.problem IS 'What became of the last attempt that failed; empty: it was followed by a good one.';
COMMENT ON COLUMN webhook.missed_before IS 'Events before then were no longer kept when it came to them.';

CREATE TABLE webhook_position (
    webhook_id bigint      NOT NULL REFERENCES webhook ON DELETE CASCADE,
    lane       smallint    NOT NULL,
    tx         xid8        NOT NULL,
    event_id   bigint      NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (webhook_id, lane)
) WITH (fillfactor = 50);
COMMENT ON TABLE webhook_position IS 'How far each lane of a webhook has come; a lane has the devices of equal device_id % 8.';
COMMENT ON COLUMN webhook_position.webhook_id IS 'The webhook.';
COMMENT ON COLUMN webhook_position.lane IS 'Its lane, from 0.';
COMMENT ON COLUMN webhook_position.tx IS 'All events up to here were taken, or are dead letters: event.tx,';
COMMENT ON COLUMN webhook_position.event_id IS 'and event.event_id; negative: before all of that transaction.';
COMMENT ON COLUMN webhook_position.changed_at IS 'When it was written.';

CREATE TABLE webhook_dead_letter (
    dead_letter_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id     bigint      NOT NULL REFERENCES webhook ON DELETE CASCADE,
    device_id      bigint      NOT NULL,
    tx             xid8        NOT NULL,
    event_id       bigint      NOT NULL,
    at             timestamptz NOT NULL,
    kind           text        NOT NULL,
    codes          text[],
    keys           text[],
    retry_count    integer,
    redelivered    boolean     NOT NULL DEFAULT false,
    address        inet,
    detail         jsonb,
    attempts       integer     NOT NULL,
    problem        text        NOT NULL,
    died_at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE webhook_dead_letter IS 'Events that a webhook gave up, as they were.';
COMMENT ON COLUMN webhook_dead_letter.dead_letter_id IS 'Its id.';
COMMENT ON COLUMN webhook_dead_letter.webhook_id IS 'The webhook.';
COMMENT ON COLUMN webhook_dead_letter.device_id IS 'As event.device_id; this and the next are those of the event.';
COMMENT ON COLUMN webhook_dead_letter.tx IS 'As event.tx.';
COMMENT ON COLUMN webhook_dead_letter.event_id IS 'As event.event_id.';
COMMENT ON COLUMN webhook_dead_letter.at IS 'As event.at.';
COMMENT ON COLUMN webhook_dead_letter.kind IS 'As event.kind.';
COMMENT ON COLUMN webhook_dead_letter.codes IS 'As event.codes.';
COMMENT ON COLUMN webhook_dead_letter.keys IS 'As event.keys.';
COMMENT ON COLUMN webhook_dead_letter.retry_count IS 'As event.retry_count.';
COMMENT ON COLUMN webhook_dead_letter.redelivered IS 'As event.redelivered.';
COMMENT ON COLUMN webhook_dead_letter.address IS 'As event.address.';
COMMENT ON COLUMN webhook_dead_letter.detail IS 'As event.detail.';
COMMENT ON COLUMN webhook_dead_letter.attempts IS 'How often it was sent.';
COMMENT ON COLUMN webhook_dead_letter.problem IS 'What became of the last time.';
COMMENT ON COLUMN webhook_dead_letter.died_at IS 'When it was given up.';
CREATE INDEX webhook_dead_letter_order ON webhook_dead_letter (webhook_id, dead_letter_id);
CREATE INDEX webhook_dead_letter_device ON webhook_dead_letter (device_id);

--------------------------------------------------------------------------------------------------------------- tasks

CREATE TABLE task (
    device_id     bigint      NOT NULL,
    task_id       bigint      NOT NULL,
    kind          text        NOT NULL,
    state         text        NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sent', 'waiting', 'unknown', 'done', 'failed', 'cancelled', 'expired')),
    priority      smallint    NOT NULL DEFAULT 0,
    attempts      integer     NOT NULL DEFAULT 0,
    is_single     boolean     NOT NULL DEFAULT false,
    created       timestamptz NOT NULL DEFAULT now(),
    updated       timestamptz NOT NULL DEFAULT now(),
    not_before    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    deadline      timestamptz,
    sent_at       timestamptz,
    window_start  time,
    window_end    time,
    command_key   text        NOT NULL DEFAULT '',
    origin        text        NOT NULL DEFAULT 'api',
    arguments     jsonb       NOT NULL DEFAULT '{}',
    progress      jsonb,
    result        jsonb,
    fault_code    integer,
    fault_text    text        NOT NULL DEFAULT '',
    PRIMARY KEY (device_id, task_id)
) /*partition device_id*/
WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 200);
COMMENT ON TABLE task IS 'What somebody wants done to one device.';
COMMENT ON COLUMN task.device_id IS 'The device.';
COMMENT ON COLUMN task.task_id IS 'Made by the node from time, node and a counter: ascending in time.';
COMMENT ON COLUMN task.kind IS 'get, set, add, delete, attributes, refresh, reboot, factory_reset, download, upload, ...';
COMMENT ON COLUMN task.state IS
    'queued; sent: its answer is due; waiting: accepted, the result comes later; unknown: the session died in between; or its end.';
COMMENT ON COLUMN task.priority IS 'Lower runs earlier: 0 a person waits, 2 logins, 5 automation, 9 bulk.';
COMMENT ON COLUMN task.attempts IS 'How often its RPC was sent.';
COMMENT ON COLUMN task.is_single IS 'Open ones of the same kind and origin are one.';
COMMENT ON COLUMN task.created IS 'When it was ordered.';
COMMENT ON COLUMN task.updated IS 'When its standing last changed.';
COMMENT ON COLUMN task.not_before IS 'It is not begun earlier.';
COMMENT ON COLUMN task.expires_at IS 'It is not begun later; NULL: never expires.';
COMMENT ON COLUMN task.deadline IS 'How long a later result is waited for.';
COMMENT ON COLUMN task.sent_at IS 'When its RPC was last sent.';
COMMENT ON COLUMN task.window_start IS 'It is begun only from this time of day on, in the device''s time zone.';
COMMENT ON COLUMN task.window_end IS 'And before this one; earlier than window_start: over midnight.';
COMMENT ON COLUMN task.command_key IS 'CommandKey or ParameterKey of the last attempt, unique.';
COMMENT ON COLUMN task.origin IS 'Who ordered it: api, discovery, rule:NAME, job:ID, campaign:ID.';
COMMENT ON COLUMN task.arguments IS 'What to do, as in the API; secrets in it are sealed.';
COMMENT ON COLUMN task.progress IS 'What a task over several sessions keeps.';
COMMENT ON COLUMN task.result IS 'What came of it; secrets in it are sealed.';
COMMENT ON COLUMN task.fault_code IS 'Of the CPE (9000-9899), or ours (8000-8999).';
COMMENT ON COLUMN task.fault_text IS 'One sentence for people.';
CREATE INDEX task_by_id ON task (task_id);
CREATE INDEX task_failed ON task (task_id) WHERE state = 'failed';
CREATE INDEX task_open ON task (device_id) WHERE state IN ('queued', 'sent', 'waiting', 'unknown');
CREATE INDEX task_credentials ON task (origin, state) WHERE kind = 'credentials';
CREATE INDEX task_of_job ON task (origin, state, task_id) WHERE origin LIKE 'job:%';
CREATE UNIQUE INDEX task_single ON task (device_id, kind, origin)
    WHERE is_single AND state IN ('queued', 'sent', 'waiting', 'unknown');

--------------------------------------------------------------------------------------------------------------- files

CREATE FUNCTION device_clock(time_zone text) RETURNS timestamp
    LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN now() AT TIME ZONE coalesce(time_zone, 'UTC');
EXCEPTION WHEN OTHERS THEN
    RETURN now() AT TIME ZONE 'UTC';
END
$$;
COMMENT ON FUNCTION device_clock(text) IS
    'What a clock in that time zone shows now; UTC when there is no such zone: one device''s typing error must not fail a batch.';

CREATE TABLE file (
    file_id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text        NOT NULL,
    file_type      text        NOT NULL,
    version        text        NOT NULL DEFAULT '',
    product_class  text        NOT NULL DEFAULT '',
    size           bigint      NOT NULL,
    sha256         text        NOT NULL,
    stored_as      text        NOT NULL,
    uploaded_by    bigint,
    created        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE file IS 'Files that CPEs download or have uploaded. The bytes lie in the file directory.';
COMMENT ON COLUMN file.file_id IS 'Its id.';
COMMENT ON COLUMN file.name IS 'As given; the last segment of its URLs.';
COMMENT ON COLUMN file.file_type IS 'TR-069''s text, such as 1 Firmware Upgrade Image.';
COMMENT ON COLUMN file.version IS 'Of firmware: the SoftwareVersion it brings.';
COMMENT ON COLUMN file.product_class IS 'The devices it is for; empty: not said.';
COMMENT ON COLUMN file.size IS 'Bytes.';
COMMENT ON COLUMN file.sha256 IS 'Of its bytes, hexadecimal.';
COMMENT ON COLUMN file.stored_as IS 'Name within the file directory.';
COMMENT ON COLUMN file.uploaded_by IS 'The device that sent it; NULL: a person did.';
COMMENT ON COLUMN file.created IS 'When it was stored.';
CREATE INDEX file_name ON file (name, file_id);

CREATE TABLE transfer (
    token_hash   bytea       NOT NULL PRIMARY KEY,
    device_id    bigint      NOT NULL,
    task_id      bigint      NOT NULL,
    is_upload    boolean     NOT NULL,
    file_id      bigint,
    file_name    text        NOT NULL,
    file_type    text        NOT NULL,
    username     text        NOT NULL DEFAULT '',
    password     text        NOT NULL DEFAULT '',
    granted_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    bytes        bigint      NOT NULL DEFAULT 0,
    status       integer
);
COMMENT ON TABLE transfer IS 'Rights to move one file, each bound to a task and a device.';
COMMENT ON COLUMN transfer.token_hash IS 'SHA-256 of the token in the URL.';
COMMENT ON COLUMN transfer.device_id IS 'Who may use it.';
COMMENT ON COLUMN transfer.task_id IS 'What for.';
COMMENT ON COLUMN transfer.is_upload IS 'The CPE sends the file.';
COMMENT ON COLUMN transfer.file_id IS 'What is downloaded; for an upload what came of it.';
COMMENT ON COLUMN transfer.file_name IS 'Last segment of the URL.';
COMMENT ON COLUMN transfer.file_type IS 'TR-069''s text.';
COMMENT ON COLUMN transfer.username IS 'What the CPE must log in with; empty: the token is enough.';
COMMENT ON COLUMN transfer.password IS 'Sealed.';
COMMENT ON COLUMN transfer.granted_at IS 'When it was given.';
COMMENT ON COLUMN transfer.expires_at IS 'When it ends.';
COMMENT ON COLUMN transfer.used_at IS 'When it was last used.';
COMMENT ON COLUMN transfer.bytes IS 'Bytes moved by the last request.';
COMMENT ON COLUMN transfer.status IS 'HTTP status of the last request.';
CREATE INDEX transfer_task ON transfer (device_id, task_id);
CREATE INDEX transfer_expiry ON transfer (expires_at);

--------------------------------------------------------------------------------------------------------- credentials

CREATE TABLE credential (
    username    text        NOT NULL PRIMARY KEY,
    device_id   bigint,
    ha1_md5     bytea       NOT NULL,
    ha1_sha256  bytea       NOT NULL,
    password    text        NOT NULL DEFAULT '',
    created     timestamptz NOT NULL DEFAULT now(),
    used_at     timestamptz,
    announcement_id  bigint,
    origin           text        NOT NULL DEFAULT 'imported' CHECK (origin IN ('imported', 'generated', 'set')),
    next_ha1_md5     bytea,
    next_ha1_sha256  bytea,
    next_password    text,
    next_at          timestamptz,
    revoked_at       timestamptz
);
COMMENT ON TABLE credential IS 'What CPEs log in with.';
COMMENT ON COLUMN credential.username IS 'The user name.';
COMMENT ON COLUMN credential.device_id IS 'The device it belongs to; NULL: a shared login of first contact, good for any device.';
COMMENT ON COLUMN credential.ha1_md5 IS 'MD5 of username:realm:password.';
COMMENT ON COLUMN credential.ha1_sha256 IS 'SHA-256 of the same.';
COMMENT ON COLUMN credential.password IS 'Sealed; empty when it was given as a hash.';
COMMENT ON COLUMN credential.created IS 'When it was made.';
COMMENT ON COLUMN credential.used_at IS 'When the device was first seen to have this password; NULL: not yet.';
COMMENT ON COLUMN credential.origin IS 'Who chose it: imported; generated here; set on the device by a person or a rule.';
COMMENT ON COLUMN credential.next_ha1_md5 IS
    'As ha1_md5, of the password that the device was told and has not used yet: both are good. NULL: there is none.';
COMMENT ON COLUMN credential.next_ha1_sha256 IS 'As ha1_sha256, of the same.';
COMMENT ON COLUMN credential.next_password IS 'Sealed.';
COMMENT ON COLUMN credential.next_at IS 'Since when there are two.';
COMMENT ON COLUMN credential.revoked_at IS 'When its device was retired: kept to know it by, nobody is let in with it.';
COMMENT ON COLUMN credential.announcement_id IS 'The announcement it belongs to until the device came; good for that device only.';
CREATE INDEX credential_announcement ON credential (announcement_id) WHERE announcement_id IS NOT NULL;
CREATE INDEX credential_device ON credential (device_id) WHERE device_id IS NOT NULL;

CREATE TABLE connection_request_credential (
    device_id          bigint      NOT NULL PRIMARY KEY,
    username           text        NOT NULL,
    password           text        NOT NULL,
    previous_username  text        NOT NULL DEFAULT '',
    previous_password  text        NOT NULL DEFAULT '',
    changed_at         timestamptz NOT NULL DEFAULT now(),
    origin             text        NOT NULL DEFAULT 'set' CHECK (origin IN ('generated', 'set')),
    confirmed_at       timestamptz
) /*partition device_id*/;
COMMENT ON TABLE connection_request_credential IS 'What connection requests to a device log in with. Many may share a user name.';
COMMENT ON COLUMN connection_request_credential.device_id IS 'The device.';
COMMENT ON COLUMN connection_request_credential.username IS 'ManagementServer.ConnectionRequestUsername.';
COMMENT ON COLUMN connection_request_credential.password IS 'Sealed.';
COMMENT ON COLUMN connection_request_credential.previous_username IS 'What was sent to it before: it may have refused the last.';
COMMENT ON COLUMN connection_request_credential.previous_password IS 'Sealed; empty: there was none.';
COMMENT ON COLUMN connection_request_credential.changed_at IS 'When it was set.';
COMMENT ON COLUMN connection_request_credential.origin IS 'Who chose it: generated here; set on the device by a person or a rule.';
COMMENT ON COLUMN connection_request_credential.confirmed_at IS 'When the device said that it has taken a generated one.';

CREATE INDEX connection_request_username ON connection_request_credential (username);
CREATE INDEX connection_request_previous_username ON connection_request_credential (previous_username)
 WHERE previous_username <> '';

CREATE TABLE device_binding (
    device_id    bigint      NOT NULL,
    node         text        NOT NULL,
    address      text        NOT NULL,
    is_verified  boolean     NOT NULL,
    seen         timestamptz NOT NULL,
    PRIMARY KEY (device_id, node)
) /*partition device_id*/;
COMMENT ON TABLE device_binding IS 'Where STUN servers hear devices that wait for connection requests over UDP (TR-069 Annex G); written when it changes.';
COMMENT ON COLUMN device_binding.device_id IS 'The device.';
COMMENT ON COLUMN device_binding.node IS 'The configured name of the node: only its socket gets through NAT to the device.';
COMMENT ON COLUMN device_binding.address IS 'What NAT made of the device''s address: "192.0.2.7:40123", "[2001:db8::7]:40123".';
COMMENT ON COLUMN device_binding.is_verified IS 'The device signed for it; else it counts only if its Inform says the same.';
COMMENT ON COLUMN device_binding.seen IS 'When it became so; confirmed every six hours while the device is heard.';

CREATE TABLE credential_rotation (
    rotation_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    condition    text        NOT NULL,
    per_minute   integer     NOT NULL CHECK (per_minute > 0),
    state        text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
    problem      text        NOT NULL DEFAULT '',
    position     bigint      NOT NULL DEFAULT 0,
    ordered      bigint      NOT NULL DEFAULT 0,
    made_at      timestamptz NOT NULL DEFAULT now(),
    made_by      text        NOT NULL DEFAULT '',
    stepped_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz
);
COMMENT ON TABLE credential_rotation IS 'Orders to give all devices of a kind new logins, little by little.';
COMMENT ON COLUMN credential_rotation.rotation_id IS 'Its id; the tasks it makes have the origin rotation:ID.';
COMMENT ON COLUMN credential_rotation.condition IS 'Which devices: a condition as in a search; empty: all.';
COMMENT ON COLUMN credential_rotation.per_minute IS 'For how many devices a task is made in a minute.';
COMMENT ON COLUMN credential_rotation.state IS 'running, paused, cancelled, or done: every device has its task.';
COMMENT ON COLUMN credential_rotation.problem IS 'Why it was paused when no person did it.';
COMMENT ON COLUMN credential_rotation.position IS 'The last device that was looked at.';
COMMENT ON COLUMN credential_rotation.ordered IS 'Tasks made so far.';
COMMENT ON COLUMN credential_rotation.made_at IS 'When it was ordered.';
COMMENT ON COLUMN credential_rotation.made_by IS 'By whom.';
COMMENT ON COLUMN credential_rotation.stepped_at IS 'When tasks were last made, or could have been.';
COMMENT ON COLUMN credential_rotation.ended_at IS 'When it was done or cancelled.';

----------------------------------------------------------------------------------------------- groups and jobs

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

----------------------------------------------------------------------------------------------------------- enrolment

CREATE TABLE announcement (
    announcement_id  bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    serial_number    text        NOT NULL CHECK (serial_number <> ''),
    oui              text        NOT NULL DEFAULT '',
    product_class    text        NOT NULL DEFAULT '',
    subscriber       text        NOT NULL DEFAULT '',
    tags             text[]      NOT NULL DEFAULT '{}',
    username         text        NOT NULL DEFAULT '',
    announced_at     timestamptz NOT NULL DEFAULT now(),
    announced_by     text        NOT NULL DEFAULT '',
    device_id        bigint,
    met_at           timestamptz,
    UNIQUE (serial_number, oui, product_class)
);
COMMENT ON TABLE announcement IS 'Devices that are expected: the first contact of one makes it active, with these facts.';
COMMENT ON COLUMN announcement.announcement_id IS 'Its id.';
COMMENT ON COLUMN announcement.serial_number IS 'As the device will tell it.';
COMMENT ON COLUMN announcement.oui IS 'As the device will tell it, upper case when hexadecimal; empty: any.';
COMMENT ON COLUMN announcement.product_class IS 'As the device will tell it; empty: any.';
COMMENT ON COLUMN announcement.subscriber IS 'The customer it will serve; empty: not known.';
COMMENT ON COLUMN announcement.tags IS 'Labels it will have.';
COMMENT ON COLUMN announcement.username IS 'The login it has to come with; empty: any that lets devices in.';
COMMENT ON COLUMN announcement.announced_at IS 'Since when it is expected.';
COMMENT ON COLUMN announcement.announced_by IS 'Who said so.';
COMMENT ON COLUMN announcement.device_id IS 'The device that came; NULL: it was never heard of.';
COMMENT ON COLUMN announcement.met_at IS 'When it came.';
CREATE INDEX announcement_waiting ON announcement (announcement_id) WHERE device_id IS NULL;
CREATE INDEX announcement_device ON announcement (device_id) WHERE device_id IS NOT NULL;

CREATE TABLE stranger (
    stranger_id    bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    oui            text        NOT NULL,
    product_class  text        NOT NULL,
    serial_number  text        NOT NULL,
    manufacturer   text        NOT NULL DEFAULT '',
    address        text        NOT NULL,
    network        text        NOT NULL,
    username       text        NOT NULL DEFAULT '',
    reason         text        NOT NULL DEFAULT '',
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    times          bigint      NOT NULL DEFAULT 1,
    UNIQUE (serial_number, oui, product_class)
);
COMMENT ON TABLE stranger IS 'Unknown devices that were sent away. Bounded in all and for each network.';
COMMENT ON COLUMN stranger.stranger_id IS 'Its id.';
COMMENT ON COLUMN stranger.oui IS 'As it claims.';
COMMENT ON COLUMN stranger.product_class IS 'As it claims.';
COMMENT ON COLUMN stranger.serial_number IS 'As it claims.';
COMMENT ON COLUMN stranger.manufacturer IS 'As it claims.';
COMMENT ON COLUMN stranger.address IS 'Where it came from last.';
COMMENT ON COLUMN stranger.network IS 'The /24 or /48 of that.';
COMMENT ON COLUMN stranger.username IS 'The user name it showed last.';
COMMENT ON COLUMN stranger.reason IS 'Why it was sent away last.';
COMMENT ON COLUMN stranger.first_at IS 'When it first came.';
COMMENT ON COLUMN stranger.last_at IS 'When it last came.';
COMMENT ON COLUMN stranger.times IS 'How often.';

----------------------------------------------------------------------------------------------------------- incidents

CREATE TABLE incident (
    incident_id  bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    minute       timestamptz NOT NULL,
    kind         text        NOT NULL,
    identity     text        NOT NULL DEFAULT '',
    address      text        NOT NULL DEFAULT '',
    username     text        NOT NULL DEFAULT '',
    device_id    bigint,
    detail       text        NOT NULL DEFAULT '',
    first_at     timestamptz NOT NULL,
    last_at      timestamptz NOT NULL,
    times        bigint      NOT NULL DEFAULT 1,
    UNIQUE (minute, kind, identity, address, username)
);
COMMENT ON TABLE incident IS 'What the network did and somebody may have to look at. Bounded in number and time.';
COMMENT ON COLUMN incident.incident_id IS 'Ascending in time.';
COMMENT ON COLUMN incident.minute IS 'Equal ones of one minute are one row.';
COMMENT ON COLUMN incident.kind IS 'What happened: failed-login, wrong-login, conflict ...';
COMMENT ON COLUMN incident.identity IS 'The identity that was claimed, OUI-ProductClass-Serial, or empty.';
COMMENT ON COLUMN incident.address IS 'Where it came from, or empty.';
COMMENT ON COLUMN incident.username IS 'The user name that was shown, or empty.';
COMMENT ON COLUMN incident.device_id IS 'The device it concerns; NULL: not known.';
COMMENT ON COLUMN incident.detail IS 'A sentence for people.';
COMMENT ON COLUMN incident.first_at IS 'When it was first noted in this minute.';
COMMENT ON COLUMN incident.last_at IS 'When it was last noted in this minute.';
COMMENT ON COLUMN incident.times IS 'How often.';
CREATE INDEX incident_device ON incident (device_id) WHERE device_id IS NOT NULL;

-------------------------------------------------------------------------------------------------------------- models

CREATE TABLE model_knowledge (
    oui               text        NOT NULL,
    product_class     text        NOT NULL,
    software_version  text        NOT NULL,
    configured        jsonb       NOT NULL DEFAULT '{}',
    learnt            jsonb       NOT NULL DEFAULT '{}',
    learnt_at         timestamptz,
    PRIMARY KEY (oui, product_class, software_version)
);
COMMENT ON TABLE model_knowledge IS 'How the devices of one model and software behave.';
COMMENT ON COLUMN model_knowledge.oui IS 'Of the model.';
COMMENT ON COLUMN model_knowledge.product_class IS 'Of the model.';
COMMENT ON COLUMN model_knowledge.software_version IS 'The software; empty: any.';
COMMENT ON COLUMN model_knowledge.configured IS 'What people decided; wins over what was learnt.';
COMMENT ON COLUMN model_knowledge.learnt IS 'What enough authenticated devices agreed on.';
COMMENT ON COLUMN model_knowledge.learnt_at IS 'When that was last confirmed; what is not confirmed decays.';

CREATE TABLE model_experience (
    oui               text        NOT NULL,
    product_class     text        NOT NULL,
    software_version  text        NOT NULL,
    device_id         bigint      NOT NULL,
    authenticated     boolean     NOT NULL,
    seen              jsonb       NOT NULL,
    seen_at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (oui, product_class, software_version, device_id)
);
COMMENT ON TABLE model_experience IS 'What single devices taught about their model: three authenticated ones must agree.';
COMMENT ON COLUMN model_experience.oui IS 'Of the model.';
COMMENT ON COLUMN model_experience.product_class IS 'Of the model.';
COMMENT ON COLUMN model_experience.software_version IS 'The software.';
COMMENT ON COLUMN model_experience.device_id IS 'The device.';
COMMENT ON COLUMN model_experience.authenticated IS 'It had proved who it is.';
COMMENT ON COLUMN model_experience.seen IS 'What was seen.';
COMMENT ON COLUMN model_experience.seen_at IS 'When.';

CREATE TABLE datamodel (
    model_id     integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL UNIQUE,
    source       text        NOT NULL DEFAULT '',
    imported_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE datamodel IS 'Imported data models, such as Device:2.15.';
COMMENT ON COLUMN datamodel.model_id IS 'Its id.';
COMMENT ON COLUMN datamodel.name IS 'Name and version as the definition gives them.';
COMMENT ON COLUMN datamodel.source IS 'The file it was read from.';
COMMENT ON COLUMN datamodel.imported_at IS 'When.';

CREATE TABLE datamodel_definition (
    model_id     integer NOT NULL REFERENCES datamodel ON DELETE CASCADE,
    path         text    NOT NULL,
    type         text    NOT NULL,
    is_writable  boolean NOT NULL,
    is_hidden    boolean NOT NULL DEFAULT false,
    facets       jsonb   NOT NULL DEFAULT '{}',
    units        text    NOT NULL DEFAULT '',
    description  text    NOT NULL DEFAULT '',
    PRIMARY KEY (model_id, path)
);
COMMENT ON TABLE datamodel_definition IS 'What a data model says of each parameter and object, flat.';
COMMENT ON COLUMN datamodel_definition.model_id IS 'The data model.';
COMMENT ON COLUMN datamodel_definition.path IS 'With {i} for instances; an object''s ends with a dot.';
COMMENT ON COLUMN datamodel_definition.type IS 'Base type (string, unsignedInt, ...), or object.';
COMMENT ON COLUMN datamodel_definition.is_writable IS 'Of a table: instances can be added.';
COMMENT ON COLUMN datamodel_definition.is_hidden IS 'Reads as an empty text: a password.';
COMMENT ON COLUMN datamodel_definition.facets IS 'Ranges, lengths, patterns, enumerations, list limits, default.';
COMMENT ON COLUMN datamodel_definition.units IS 'Of a number.';
COMMENT ON COLUMN datamodel_definition.description IS 'For people.';

--------------------------------------------------------------------------------------------------------------- rules

-- What rules may do is what this role may do. The server takes it on for the statements of rules.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'acs_rules') THEN
        CREATE ROLE acs_rules NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'acs_rules', 'MEMBER') THEN
        GRANT acs_rules TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role acs_rules cannot be made by %', current_user
            USING HINT = format('Let a superuser run: CREATE ROLE acs_rules NOLOGIN; GRANT acs_rules TO %I;', current_user);
END
$$;

CREATE TABLE rule_set (
    epoch         bigint      NOT NULL,
    paused_at     timestamptz,
    paused_by     text        NOT NULL DEFAULT '',
    pause_reason  text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE rule_set IS 'One row: all rules together.';
COMMENT ON COLUMN rule_set.epoch IS 'One more with each change of rules; 0: there never was one.';
COMMENT ON COLUMN rule_set.paused_at IS 'Since when no rule acts on any device; NULL: they act.';
COMMENT ON COLUMN rule_set.paused_by IS 'Who stopped them.';
COMMENT ON COLUMN rule_set.pause_reason IS 'Why.';
INSERT INTO rule_set (epoch) VALUES (0);

CREATE TABLE rule_version (
    version_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule        text        NOT NULL,
    epoch       bigint      NOT NULL,
    file        text        NOT NULL DEFAULT '',
    text        text,
    made_at     timestamptz NOT NULL DEFAULT now(),
    made_by     text        NOT NULL DEFAULT '',
    reason      text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE rule_version IS 'Every text that a rule ever had. Nothing is changed or deleted here.';
COMMENT ON COLUMN rule_version.version_id IS 'Its id, ascending.';
COMMENT ON COLUMN rule_version.rule IS 'The rule''s name.';
COMMENT ON COLUMN rule_version.epoch IS 'Of the set of rules that it first was part of.';
COMMENT ON COLUMN rule_version.file IS 'The name of its file.';
COMMENT ON COLUMN rule_version.text IS 'The file; NULL: the rule was removed.';
COMMENT ON COLUMN rule_version.made_at IS 'When it was applied.';
COMMENT ON COLUMN rule_version.made_by IS 'By whom.';
COMMENT ON COLUMN rule_version.reason IS 'Why.';
CREATE INDEX rule_version_rule ON rule_version (rule, version_id);
CREATE INDEX rule_version_epoch ON rule_version (epoch);

CREATE TABLE rule (
    rule          text        NOT NULL PRIMARY KEY,
    version_id    bigint      NOT NULL REFERENCES rule_version,
    paused_at     timestamptz,
    paused_by     text        NOT NULL DEFAULT '',
    pause_reason  text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE rule IS 'The rules that are in force.';
COMMENT ON COLUMN rule.rule IS 'Its name.';
COMMENT ON COLUMN rule.version_id IS 'Its text.';
COMMENT ON COLUMN rule.paused_at IS 'Since when this rule does not act; NULL: it does.';
COMMENT ON COLUMN rule.paused_by IS 'Who stopped it.';
COMMENT ON COLUMN rule.pause_reason IS 'Why.';

CREATE TABLE rule_outcome (
    device_id  bigint      NOT NULL PRIMARY KEY,
    epoch      bigint      NOT NULL,
    changed    timestamptz NOT NULL DEFAULT now(),
    outcomes   jsonb       NOT NULL DEFAULT '{}',
    attempts   jsonb       NOT NULL DEFAULT '[]',
    done       jsonb       NOT NULL DEFAULT '{}'
) /*partition device_id*/
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE rule_outcome IS 'What the rules want of a device, and what came of it. No row: nothing.';
COMMENT ON COLUMN rule_outcome.device_id IS 'The device.';
COMMENT ON COLUMN rule_outcome.epoch IS 'The set of rules that was evaluated when the row last changed.';
COMMENT ON COLUMN rule_outcome.changed IS 'When the row last changed.';
COMMENT ON COLUMN rule_outcome.outcomes IS
    'Rule -> {"v":version,"t":seconds since 1970,"a":[{"kind","path","value","type"},...]}; secrets are sealed.';
COMMENT ON COLUMN rule_outcome.attempts IS
    'What was tried and is not settled yet: [{"what","password" (the wanted value, sealed),"rule","times","last","confirmed","told"},...].';
COMMENT ON COLUMN rule_outcome.done IS 'What was done once, by rule, kind and key -> seconds since 1970.';
ALTER TABLE rule_outcome ALTER COLUMN outcomes SET COMPRESSION lz4, ALTER COLUMN attempts SET COMPRESSION lz4;

CREATE TABLE rule_quarantine (
    device_id   bigint      NOT NULL,
    rule        text        NOT NULL,
    what        text        NOT NULL DEFAULT '',
    version_id  bigint      NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL,
    evidence    jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, rule, what)
) /*partition device_id*/;
COMMENT ON TABLE rule_quarantine IS
    'What rules no longer try on single devices, and why. Ends with a new version of the rule, or when a person releases it.';
COMMENT ON COLUMN rule_quarantine.device_id IS 'The device.';
COMMENT ON COLUMN rule_quarantine.rule IS 'The rule.';
COMMENT ON COLUMN rule_quarantine.what IS 'The parameter, or the table with the keys of an instance; empty: the whole rule, because its SQL fails for this device.';
COMMENT ON COLUMN rule_quarantine.version_id IS 'The version of the rule.';
COMMENT ON COLUMN rule_quarantine.since IS 'Since when.';
COMMENT ON COLUMN rule_quarantine.reason IS 'One sentence.';
COMMENT ON COLUMN rule_quarantine.evidence IS 'What was wanted and what the device told; secrets are masked.';
CREATE INDEX rule_quarantine_rule ON rule_quarantine (rule, device_id);

CREATE TABLE rule_budget (
    rule     text        NOT NULL,
    hour     timestamptz NOT NULL,
    devices  bigint      NOT NULL,
    PRIMARY KEY (rule, hour)
);
COMMENT ON TABLE rule_budget IS 'How many devices each rule changed, or wanted to, in an hour.';
COMMENT ON COLUMN rule_budget.rule IS 'The rule.';
COMMENT ON COLUMN rule_budget.hour IS 'The hour.';
COMMENT ON COLUMN rule_budget.devices IS 'Devices; those beyond the rule''s budget had to wait.';

CREATE TABLE rule_touch (
    touch_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE rule_touch IS 'Devices about which something changed that rules read; see acs.touch(). Emptied within seconds.';
COMMENT ON COLUMN rule_touch.device_id IS 'The device.';
COMMENT ON COLUMN rule_touch.touch_id IS 'Ascending.';

CREATE TABLE rule_sweep (
    epoch     bigint      NOT NULL DEFAULT 0,
    position  bigint,
    began_at  timestamptz,
    ended_at  timestamptz,
    worked_at timestamptz,
    is_whole  boolean     NOT NULL DEFAULT true,
    holder    integer,
    looked_at bigint      NOT NULL DEFAULT 0,
    changed   bigint      NOT NULL DEFAULT 0
);
COMMENT ON TABLE rule_sweep IS 'One row: how far the sweep is that looks for devices of which rules want something else now.';
COMMENT ON COLUMN rule_sweep.epoch IS 'The set of rules that is swept with.';
COMMENT ON COLUMN rule_sweep.position IS 'The last device that was looked at; NULL: no sweep is under way.';
COMMENT ON COLUMN rule_sweep.began_at IS 'When the newest sweep began.';
COMMENT ON COLUMN rule_sweep.ended_at IS 'When the newest whole sweep ended.';
COMMENT ON COLUMN rule_sweep.worked_at IS 'When a node last took a part of it.';
COMMENT ON COLUMN rule_sweep.is_whole IS 'With all rules, because they changed; else only with those that read what others change, or the clock.';
COMMENT ON COLUMN rule_sweep.holder IS 'The node that takes part after part; another one takes over when it is silent. NULL: nobody.';
COMMENT ON COLUMN rule_sweep.looked_at IS 'Devices that the newest sweep looked at.';
COMMENT ON COLUMN rule_sweep.changed IS 'Devices among them of which rules want something else.';
INSERT INTO rule_sweep DEFAULT VALUES;

CREATE TABLE rule_setting (
    name           text NOT NULL,
    root           text NOT NULL CHECK (root IN ('Device.', 'InternetGatewayDevice.', '')),
    oui            text NOT NULL DEFAULT '',
    product_class  text NOT NULL DEFAULT '',
    path           text NOT NULL,
    PRIMARY KEY (name, root, oui, product_class)
);
COMMENT ON TABLE rule_setting IS 'Where a setting is found in the tree of a model, so that one rule serves them all.';
COMMENT ON COLUMN rule_setting.name IS 'The setting, such as wifi.ssid.1.';
COMMENT ON COLUMN rule_setting.root IS 'Devices with this root; empty: any.';
COMMENT ON COLUMN rule_setting.oui IS 'Only devices with this OUI; empty: any.';
COMMENT ON COLUMN rule_setting.product_class IS 'Only devices with this ProductClass; empty: any. Wins over the OUI, the OUI over neither.';
COMMENT ON COLUMN rule_setting.path IS 'The parameter.';
INSERT INTO rule_setting (name, root, path) VALUES
    ('inform.enable', 'Device.', 'Device.ManagementServer.PeriodicInformEnable'),
    ('inform.enable', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformEnable'),
    ('inform.interval', 'Device.', 'Device.ManagementServer.PeriodicInformInterval'),
    ('inform.interval', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformInterval'),
    ('inform.time', 'Device.', 'Device.ManagementServer.PeriodicInformTime'),
    ('inform.time', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformTime'),
    ('wake.username', 'Device.', 'Device.ManagementServer.ConnectionRequestUsername'),
    ('wake.username', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.ConnectionRequestUsername'),
    ('wake.password', 'Device.', 'Device.ManagementServer.ConnectionRequestPassword'),
    ('wake.password', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.ConnectionRequestPassword'),
    ('stun.enable', 'Device.', 'Device.ManagementServer.STUNEnable'),
    ('stun.enable', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNEnable'),
    ('stun.server', 'Device.', 'Device.ManagementServer.STUNServerAddress'),
    ('stun.server', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNServerAddress'),
    ('stun.port', 'Device.', 'Device.ManagementServer.STUNServerPort'),
    ('stun.port', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNServerPort'),
    ('stun.keepalive', 'Device.', 'Device.ManagementServer.STUNMinimumKeepAlivePeriod'),
    ('stun.keepalive', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNMinimumKeepAlivePeriod'),
    ('stun.username', 'Device.', 'Device.ManagementServer.STUNUsername'),
    ('stun.username', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNUsername'),
    ('stun.password', 'Device.', 'Device.ManagementServer.STUNPassword'),
    ('stun.password', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNPassword'),
    ('provisioning.code', 'Device.', 'Device.DeviceInfo.ProvisioningCode'),
    ('provisioning.code', 'InternetGatewayDevice.', 'InternetGatewayDevice.DeviceInfo.ProvisioningCode'),
    ('wifi.ssid.1', 'Device.', 'Device.WiFi.SSID.1.SSID'),
    ('wifi.ssid.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID'),
    ('wifi.enable.1', 'Device.', 'Device.WiFi.SSID.1.Enable'),
    ('wifi.enable.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.Enable'),
    ('wifi.passphrase.1', 'Device.', 'Device.WiFi.AccessPoint.1.Security.KeyPassphrase'),
    ('wifi.passphrase.1', 'InternetGatewayDevice.',
     'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.KeyPassphrase'),
    ('ppp.username', 'Device.', 'Device.PPP.Interface.1.Username'),
    ('ppp.username', 'InternetGatewayDevice.',
     'InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Username'),
    ('ppp.password', 'Device.', 'Device.PPP.Interface.1.Password'),
    ('ppp.password', 'InternetGatewayDevice.',
     'InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Password'),
    ('time.zone', 'Device.', 'Device.Time.LocalTimeZone'),
    ('time.zone', 'InternetGatewayDevice.', 'InternetGatewayDevice.Time.LocalTimeZoneName'),
    ('time.server.1', 'Device.', 'Device.Time.NTPServer1'),
    ('time.server.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.Time.NTPServer1');

CREATE FUNCTION rule_settings_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE rule_set SET epoch = epoch + 1 WHERE epoch > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION rule_settings_changed() IS
    'Rules name settings: where those are found is as much a part of the rules as their texts.';
CREATE TRIGGER rule_setting_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rule_setting
    FOR EACH STATEMENT EXECUTE FUNCTION rule_settings_changed();

-------------------------------------------------------------------------------------------------------- operators

CREATE TABLE role (
    name         text        NOT NULL PRIMARY KEY,
    permissions  text[]      NOT NULL,
    devices      text        NOT NULL DEFAULT '',
    is_builtin   boolean     NOT NULL DEFAULT false,
    made_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE role IS 'What operators of one kind may do.';
COMMENT ON COLUMN role.name IS 'As people name it.';
COMMENT ON COLUMN role.permissions IS 'devices.read, tasks.write ...';
COMMENT ON COLUMN role.devices IS 'A condition over acs.device and value(''PATH''): the part of the fleet that they see. Empty: all of it.';
COMMENT ON COLUMN role.is_builtin IS 'Came with the server and stays as it is.';
COMMENT ON COLUMN role.made_at IS 'When it was made.';

INSERT INTO role (name, permissions, is_builtin) VALUES
    ('administrator', '{devices.read,devices.write,devices.purge,parameters.read,parameters.write,secrets.reveal,tasks.read,tasks.write,jobs.read,jobs.write,files.read,files.write,rules.read,rules.write,rules.pause,enrolment.read,enrolment.write,credentials.read,credentials.write,incidents.read,statistics.read,operators.manage,audit.read,traces.read,traces.write,events.read,webhooks.read,webhooks.write}', true),
    ('provisioning', '{devices.read,devices.write,parameters.read,parameters.write,tasks.read,tasks.write,jobs.read,jobs.write,files.read,files.write,rules.read,rules.write,rules.pause,enrolment.read,enrolment.write,credentials.read,credentials.write,incidents.read,statistics.read,traces.read,traces.write,events.read,webhooks.read}', true),
    ('support', '{devices.read,parameters.read,parameters.write,tasks.read,tasks.write,jobs.read,files.read,rules.read,incidents.read,traces.read,traces.write,events.read}', true),
    ('viewer', '{devices.read,parameters.read,tasks.read,jobs.read,files.read,rules.read,enrolment.read,credentials.read,incidents.read,statistics.read,events.read,webhooks.read}', true);

CREATE TABLE operator (
    operator_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text        NOT NULL UNIQUE,
    role         text        NOT NULL REFERENCES role (name),
    password     text        NOT NULL DEFAULT '',
    is_disabled  boolean     NOT NULL DEFAULT false,
    made_at      timestamptz NOT NULL DEFAULT now(),
    password_at  timestamptz,
    last_login   timestamptz
);
COMMENT ON TABLE operator IS 'Who may use the API.';
COMMENT ON COLUMN operator.operator_id IS 'Never given twice.';
COMMENT ON COLUMN operator.name IS 'What they log in with.';
COMMENT ON COLUMN operator.role IS 'What they may do.';
COMMENT ON COLUMN operator.password IS 'Argon2id, with its costs and salt; empty: no login by password, tokens only.';
COMMENT ON COLUMN operator.is_disabled IS 'Nothing of it works: no login, no session, no token.';
COMMENT ON COLUMN operator.made_at IS 'When it was made.';
COMMENT ON COLUMN operator.password_at IS 'When the password was set last.';
COMMENT ON COLUMN operator.last_login IS 'By password.';

CREATE TABLE api_token (
    token_id     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operator_id  bigint      REFERENCES operator ON DELETE CASCADE,
    name         text        NOT NULL,
    hash         bytea       NOT NULL UNIQUE,
    permissions  text[],
    made_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    last_used    timestamptz
);
CREATE INDEX api_token_operator_idx ON api_token (operator_id);
COMMENT ON TABLE api_token IS 'What programs use the API with.';
COMMENT ON COLUMN api_token.token_id IS 'Never given twice.';
COMMENT ON COLUMN api_token.operator_id IS 'Whom it belongs to; NULL: a one-time administrator''s token of a first start or a recovery.';
COMMENT ON COLUMN api_token.name IS 'What it is for.';
COMMENT ON COLUMN api_token.hash IS 'SHA-256 of its text, which is nowhere.';
COMMENT ON COLUMN api_token.permissions IS 'What it may do of what its operator may; NULL: all of that.';
COMMENT ON COLUMN api_token.made_at IS 'When it was made.';
COMMENT ON COLUMN api_token.expires_at IS 'It is worth nothing from then on.';
COMMENT ON COLUMN api_token.last_used IS 'To some minutes.';

CREATE TABLE operator_session (
    hash         bytea       NOT NULL PRIMARY KEY,
    operator_id  bigint      NOT NULL REFERENCES operator ON DELETE CASCADE,
    made_at      timestamptz NOT NULL DEFAULT now(),
    last_used    timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX operator_session_operator_idx ON operator_session (operator_id);
COMMENT ON TABLE operator_session IS 'Browsers that are logged in.';
COMMENT ON COLUMN operator_session.hash IS 'SHA-256 of the cookie, which is nowhere.';
COMMENT ON COLUMN operator_session.operator_id IS 'Who it is.';
COMMENT ON COLUMN operator_session.made_at IS 'When they logged in.';
COMMENT ON COLUMN operator_session.last_used IS 'To some minutes; it ends when it is not used for long.';
COMMENT ON COLUMN operator_session.expires_at IS 'It ends then, used or not.';

CREATE TABLE login_failure (
    key           bytea       NOT NULL PRIMARY KEY,
    count         integer     NOT NULL DEFAULT 0,
    first_at      timestamptz NOT NULL DEFAULT now(),
    locked_until  timestamptz
);
CREATE INDEX login_failure_first_idx ON login_failure (first_at);
COMMENT ON TABLE login_failure IS 'Failed logins by name, by source, and by both. Rows are deleted when they no longer count.';
COMMENT ON COLUMN login_failure.key IS 'A digest: what was typed as a name may be a password in the wrong field.';
COMMENT ON COLUMN login_failure.count IS 'Logins that failed, or are being looked at.';
COMMENT ON COLUMN login_failure.first_at IS 'The first of them.';
COMMENT ON COLUMN login_failure.locked_until IS 'Nobody gets in until then.';

CREATE TABLE operator_change (
    version  bigint NOT NULL
);
INSERT INTO operator_change (version) VALUES (1);
COMMENT ON TABLE operator_change IS 'One row, by which the nodes see that something about operators has changed.';
COMMENT ON COLUMN operator_change.version IS 'Grows.';

CREATE FUNCTION operators_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE operator_change SET version = version + 1;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION operators_changed() IS 'Has the nodes read the operators anew, whoever changed them.';
CREATE TRIGGER operators_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON role
    FOR EACH STATEMENT EXECUTE FUNCTION operators_changed();
CREATE TRIGGER operators_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON operator
    FOR EACH STATEMENT EXECUTE FUNCTION operators_changed();
CREATE TRIGGER operators_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON api_token
    FOR EACH STATEMENT EXECUTE FUNCTION operators_changed();
CREATE TRIGGER operators_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON operator_session
    FOR EACH STATEMENT EXECUTE FUNCTION operators_changed();

------------------------------------------------------------------------------------------------------------ the API

CREATE TABLE idempotency_key (
    caller       text        NOT NULL,
    key          text        NOT NULL,
    digest       bytea       NOT NULL,
    reserved_id  bigint      NOT NULL,
    attempt      integer     NOT NULL DEFAULT 1,
    at           timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz NOT NULL,
    answer       text,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_key_caller_at ON idempotency_key (caller, at);
COMMENT ON TABLE idempotency_key IS
    'Requests of the API that their sender may repeat (Idempotency-Key), for 24 hours. Bounded for each caller.';
COMMENT ON COLUMN idempotency_key.caller IS 'Whose key it is: "operator ID" or "token NAME".';
COMMENT ON COLUMN idempotency_key.key IS 'As the caller chose it.';
COMMENT ON COLUMN idempotency_key.digest IS 'SHA-256 of what was asked for: another request with this key is refused.';
COMMENT ON COLUMN idempotency_key.reserved_id IS 'The id of what is made, known before it is made.';
COMMENT ON COLUMN idempotency_key.attempt IS 'How often somebody began to carry it out.';
COMMENT ON COLUMN idempotency_key.at IS 'When the key was first used.';
COMMENT ON COLUMN idempotency_key.lease_until IS 'While it is being carried out, nobody else may begin before then.';
COMMENT ON COLUMN idempotency_key.answer IS 'Status, header fields and body as JSON, sealed; NULL: it is being carried out, or was left.';

CREATE UNLOGGED TABLE edit_lock (
    thing   text        NOT NULL PRIMARY KEY,
    holder  bigint      NOT NULL,
    until   timestamptz NOT NULL
);
COMMENT ON TABLE edit_lock IS 'What is being changed by a request of the API now.';
COMMENT ON COLUMN edit_lock.thing IS 'The path of its URL.';
COMMENT ON COLUMN edit_lock.holder IS 'A number of the request.';
COMMENT ON COLUMN edit_lock.until IS 'It is free then, even if the request died.';

------------------------------------------------------------------------------------------------------ audit trail

CREATE TABLE audit (
    audit_id   bigint      NOT NULL PRIMARY KEY,
    at         timestamptz NOT NULL,
    made_by    text        NOT NULL,
    how        text        NOT NULL,
    peer       text        NOT NULL,
    action     text        NOT NULL,
    device_id  bigint,
    digest     bytea       NOT NULL,
    chain      bytea       NOT NULL
);
CREATE INDEX audit_device_idx ON audit (device_id, audit_id) WHERE device_id IS NOT NULL;
COMMENT ON TABLE audit IS
    'Who changed what through the API, or was shown a secret. Append-only: a trigger refuses everything else. Written under an advisory lock, so in the order of the commits.';
COMMENT ON COLUMN audit.audit_id IS 'From 1 on, without gaps.';
COMMENT ON COLUMN audit.at IS 'When, by the database''s clock.';
COMMENT ON COLUMN audit.made_by IS 'Name of the operator.';
COMMENT ON COLUMN audit.how IS 'session, token NAME, token file, one-time token, server.';
COMMENT ON COLUMN audit.peer IS 'Address that the request came from.';
COMMENT ON COLUMN audit.action IS 'What was done: device.changed, task.created, operator.login ...';
COMMENT ON COLUMN audit.device_id IS 'The device that it is about; NULL: none, or several.';
COMMENT ON COLUMN audit.digest IS 'SHA-256 of salt, target, before and after, which stand in audit_value.';
COMMENT ON COLUMN audit.chain IS 'SHA-256 over the chain of the entry before and all columns of this one.';

CREATE TABLE audit_value (
    audit_id   bigint NOT NULL PRIMARY KEY,
    device_id  bigint,
    salt       bytea  NOT NULL,
    target     text   NOT NULL,
    before     json,
    after      json
);
CREATE INDEX audit_value_device_idx ON audit_value (device_id) WHERE device_id IS NOT NULL;
COMMENT ON TABLE audit_value IS
    'The values of the audit trail, apart from it: purging a device deletes its rows here, and the chain stays whole.';
COMMENT ON COLUMN audit_value.audit_id IS 'The entry.';
COMMENT ON COLUMN audit_value.device_id IS 'The device that it is about, as in audit.';
COMMENT ON COLUMN audit_value.salt IS 'Random; with it gone the digest tells nothing.';
COMMENT ON COLUMN audit_value.target IS 'What it was done to, as people name it.';
COMMENT ON COLUMN audit_value.before IS 'What there was, exactly as the digest was made of it; secrets are masked.';
COMMENT ON COLUMN audit_value.after IS 'What there is since.';

CREATE FUNCTION audit_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only';
END
$$;
COMMENT ON FUNCTION audit_is_append_only() IS 'Refuses.';
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

CREATE TABLE audit_intent (
    intent_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by   text        NOT NULL,
    how       text        NOT NULL,
    peer      text        NOT NULL,
    method    text        NOT NULL,
    path      text        NOT NULL
);
COMMENT ON TABLE audit_intent IS
    'Requests that change something and are being carried out. What stands here for long was cut short: the audit trail says so.';
COMMENT ON COLUMN audit_intent.intent_id IS 'Its number.';
COMMENT ON COLUMN audit_intent.at IS 'When it began, by the database''s clock.';
COMMENT ON COLUMN audit_intent.made_by IS 'As audit.made_by; this and the next two become those of the entry.';
COMMENT ON COLUMN audit_intent.how IS 'As audit.how.';
COMMENT ON COLUMN audit_intent.peer IS 'As audit.peer.';
COMMENT ON COLUMN audit_intent.method IS 'Of the request.';
COMMENT ON COLUMN audit_intent.path IS 'Of the request, as sent, without its query.';

------------------------------------------------------------------------------------------------------------ sessions

CREATE UNLOGGED TABLE cwmp_session (
    cookie        text        NOT NULL PRIMARY KEY,
    device_id     bigint      NOT NULL,
    epoch         bigint      NOT NULL,
    state         text        NOT NULL,
    suspended_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE cwmp_session IS 'Sessions whose connection ended in the middle: any node may go on with them.';
COMMENT ON COLUMN cwmp_session.cookie IS 'SHA-256, hexadecimal, of what the CPE shows.';
COMMENT ON COLUMN cwmp_session.device_id IS 'Whose session it is.';
COMMENT ON COLUMN cwmp_session.epoch IS 'A newer Inform makes the row worthless.';
COMMENT ON COLUMN cwmp_session.state IS 'What the session needs to go on; sealed.';
COMMENT ON COLUMN cwmp_session.suspended_at IS 'Since when; old rows are swept.';

CREATE UNLOGGED TABLE open_session (
    session_id   bigint      NOT NULL,
    device_id    bigint      NOT NULL,
    started      timestamptz NOT NULL,
    told_at      timestamptz NOT NULL DEFAULT now(),
    bytes_in     bigint      NOT NULL,
    bytes_out    bigint      NOT NULL,
    rpcs         integer     NOT NULL,
    requests     integer     NOT NULL,
    faults       integer     NOT NULL,
    tasks        integer     NOT NULL,
    is_tls       boolean     NOT NULL,
    node         text        NOT NULL,
    address      text        NOT NULL,
    events       text[]      NOT NULL,
    state        text        NOT NULL,
    outstanding  text        NOT NULL,
    PRIMARY KEY (node, session_id)
);
COMMENT ON TABLE open_session IS
    'Sessions that have been open for some seconds, as each node tells the others every two seconds; empty while there is one node.';
COMMENT ON COLUMN open_session.session_id IS 'As in session.';
COMMENT ON COLUMN open_session.device_id IS 'The device.';
COMMENT ON COLUMN open_session.started IS 'When its Inform came.';
COMMENT ON COLUMN open_session.told_at IS 'When the node told this; old rows count no more.';
COMMENT ON COLUMN open_session.bytes_in IS 'Of messages of the CPE.';
COMMENT ON COLUMN open_session.bytes_out IS 'Of messages of ours.';
COMMENT ON COLUMN open_session.rpcs IS 'RPCs of ours.';
COMMENT ON COLUMN open_session.requests IS 'Requests of the CPE, the Inform not counted.';
COMMENT ON COLUMN open_session.faults IS 'Faults that our RPCs were answered with.';
COMMENT ON COLUMN open_session.tasks IS 'Tasks that were done in it.';
COMMENT ON COLUMN open_session.is_tls IS 'The CPE reached us by TLS.';
COMMENT ON COLUMN open_session.node IS 'Name of the node that has it.';
COMMENT ON COLUMN open_session.address IS 'Where its Inform came from, or empty.';
COMMENT ON COLUMN open_session.events IS 'Event codes of its Inform.';
COMMENT ON COLUMN open_session.state IS 'answering, waiting or away.';
COMMENT ON COLUMN open_session.outstanding IS 'Method of the RPC whose answer is due, or empty.';

CREATE TABLE device_reachability (
    device_id     bigint      NOT NULL PRIMARY KEY,
    best_method   text        NOT NULL DEFAULT '',
    reached_at    timestamptz,
    failed_in_row integer     NOT NULL DEFAULT 0,
    failed_at     timestamptz,
    attempts      jsonb       NOT NULL DEFAULT '[]'
) /*partition device_id*/;
COMMENT ON TABLE device_reachability IS 'How a device can be made to come, as wake-ups have shown. Written in batches, seconds later.';
COMMENT ON COLUMN device_reachability.device_id IS 'The device.';
COMMENT ON COLUMN device_reachability.best_method IS 'http, udp or xmpp: what its Inform followed last; empty: nothing ever.';
COMMENT ON COLUMN device_reachability.reached_at IS 'When that was.';
COMMENT ON COLUMN device_reachability.failed_in_row IS 'Wake-ups in vain since then.';
COMMENT ON COLUMN device_reachability.failed_at IS 'The last of them.';
COMMENT ON COLUMN device_reachability.attempts IS
    'The last ten, the newest first: [{"method", "at", "outcome", "cause", "milliseconds"}].';

CREATE TABLE model_reachability (
    oui           text    NOT NULL,
    product_class text    NOT NULL,
    method        text    NOT NULL,
    reached       integer NOT NULL DEFAULT 0,
    missed        integer NOT NULL DEFAULT 0,
    PRIMARY KEY (oui, product_class, method)
);
COMMENT ON TABLE model_reachability IS 'Which ways of waking work for the devices of a model.';
COMMENT ON COLUMN model_reachability.oui IS 'Of the model.';
COMMENT ON COLUMN model_reachability.product_class IS 'Of the model.';
COMMENT ON COLUMN model_reachability.method IS 'http, udp or xmpp.';
COMMENT ON COLUMN model_reachability.reached IS 'Attempts that an Inform followed; halved with missed from a thousand on.';
COMMENT ON COLUMN model_reachability.missed IS 'Attempts that none followed.';

CREATE UNLOGGED TABLE wake_request (
    wake_id    bigint      NOT NULL PRIMARY KEY,
    asker      text        NOT NULL,
    node       text        NOT NULL,
    device_id  bigint      NOT NULL,
    method     text        NOT NULL,
    state      text        NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'taken', 'answered')),
    expires_at timestamptz NOT NULL,
    is_sent    boolean     NOT NULL DEFAULT false,
    is_busy    boolean     NOT NULL DEFAULT false,
    outcome    text        NOT NULL DEFAULT '',
    cause      text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE wake_request IS
    'Devices that one node has another ask to come, because only that one hears them. A few seconds old at most.';
COMMENT ON COLUMN wake_request.wake_id IS 'Made by the asker.';
COMMENT ON COLUMN wake_request.asker IS 'The node that wants to know.';
COMMENT ON COLUMN wake_request.node IS 'The node that is to ask the device.';
COMMENT ON COLUMN wake_request.device_id IS 'The device.';
COMMENT ON COLUMN wake_request.method IS 'By what: udp.';
COMMENT ON COLUMN wake_request.state IS 'wanted, taken by the node, answered by it; the asker deletes what was answered.';
COMMENT ON COLUMN wake_request.expires_at IS 'Then nobody waits for it any more.';
COMMENT ON COLUMN wake_request.is_sent IS 'The request went to the device.';
COMMENT ON COLUMN wake_request.is_busy IS 'The device is busy.';
COMMENT ON COLUMN wake_request.outcome IS 'Of an attempt, as in device_reachability.';
COMMENT ON COLUMN wake_request.cause IS 'In plain words, when it was not sent.';

----------------------------------------------------------------------------------------------- what everybody may see

CREATE VIEW acs.device AS
SELECT d.device_id AS id, d.oui, d.product_class, d.serial_number, d.manufacturer, d.model_name,
       c.software_version, c.hardware_version, c.provisioning_code, d.state, d.subscriber, d.tags,
       c.address AS ip_address, c.connection_request_url, d.first_seen, c.last_inform, c.last_boot, c.last_events,
       d.inform_interval,
       CASE WHEN c.last_inform IS NULL THEN 'unmanaged'
            WHEN extract(epoch FROM now() - c.last_inform) > greatest(86400, d.inform_interval
                 * coalesce((SELECT (s.value #>> '{}')::numeric FROM setting s WHERE s.name = 'dormant_after'), 3))
            THEN 'dormant' ELSE 'managed' END AS contact
  FROM device d JOIN device_contact c ON c.device_id = d.device_id;
COMMENT ON VIEW acs.device IS 'One row per device.';

CREATE VIEW acs.event AS
SELECT e.tx || '.' || e.event_id AS cursor, e.at,
       CASE e.kind WHEN 'Inform' THEN 'inform' WHEN 'TransferComplete' THEN 'transfer.complete'
            WHEN 'AutonomousTransferComplete' THEN 'transfer.autonomous_complete'
            WHEN 'RequestDownload' THEN 'transfer.download_requested' WHEN 'Kicked' THEN 'device.kicked'
            WHEN 'DUStateChangeComplete' THEN 'software.change_complete'
            WHEN 'AutonomousDUStateChangeComplete' THEN 'software.autonomous_change_complete' ELSE e.kind END AS kind,
       nullif(e.device_id, 0) AS device_id, d.oui, d.product_class, d.serial_number, e.codes, e.keys AS command_keys,
       e.retry_count, e.redelivered, e.address, e.detail, e.tx, e.event_id
  FROM event e LEFT JOIN device d ON d.device_id = e.device_id
 WHERE e.tx < pg_snapshot_xmin(pg_current_snapshot());
COMMENT ON VIEW acs.event IS
    'What happened (docs/events.md). Who orders by (tx, event_id) and goes on behind the last row that was read misses nothing: '
    'rows whose neighbours are not committed yet are not here.';

CREATE VIEW acs.contact AS
SELECT d.id AS device_id, NULL::bigint AS announcement_id, d.oui, d.product_class, d.serial_number, d.subscriber, d.tags,
       d.contact, coalesce(d.last_inform, d.first_seen) AS since
  FROM acs.device d
UNION ALL
SELECT NULL, a.announcement_id, a.oui, a.product_class, a.serial_number, nullif(a.subscriber, ''), a.tags, 'unmanaged',
       a.announced_at
  FROM announcement a WHERE a.device_id IS NULL;
COMMENT ON VIEW acs.contact IS
    'Every box that came or is expected: managed (heard of), dormant (silent for long) or unmanaged (announced, never came), and since when: the last Inform, or the announcement.';

CREATE VIEW acs.parameter AS
SELECT e.device_id, p.path,
       CASE WHEN p.is_secret OR (e.bits & 2560) <> 512 THEN NULL ELSE e.value END AS value,
       CASE e.bits & 15 WHEN 1 THEN 'xsd:string' WHEN 2 THEN 'xsd:int' WHEN 3 THEN 'xsd:unsignedInt'
            WHEN 4 THEN 'xsd:long' WHEN 5 THEN 'xsd:unsignedLong' WHEN 6 THEN 'xsd:boolean' WHEN 7 THEN 'xsd:dateTime'
            WHEN 8 THEN 'xsd:base64' WHEN 9 THEN 'xsd:hexBinary' WHEN 10 THEN 'xsd:decimal' END AS type,
       CASE e.bits & 48 WHEN 16 THEN false WHEN 32 THEN true END AS writable,
       CASE WHEN e.changed <> 0 THEN to_timestamp(e.changed) END AS changed_at
  FROM (SELECT t.device_id, n.path_id,
               get_byte(t.flags, 2 * n.position::integer - 2) * 256 + get_byte(t.flags, 2 * n.position::integer - 1)
                   | CASE WHEN o.value IS NULL THEN 0 ELSE 512 END AS bits,
               coalesce(o.value, n.value) AS value,
               CASE WHEN o.value IS DISTINCT FROM n.value THEN coalesce(o.changed, n.changed) ELSE n.changed END AS changed
          FROM device_tree t
         CROSS JOIN LATERAL unnest(t.path_ids, t.values, t.changed) WITH ORDINALITY n (path_id, value, changed, position)
          LEFT JOIN device_recent r ON r.device_id = t.device_id
          LEFT JOIN LATERAL (SELECT r.values[i] AS value, r.changed[i] AS changed
                               FROM array_position(r.path_ids, n.path_id) i) o ON true
        UNION ALL
        SELECT r.device_id, n.path_id, 512, n.value, n.changed
          FROM device_recent r
         CROSS JOIN LATERAL unnest(r.path_ids, r.values, r.changed) n (path_id, value, changed)
          LEFT JOIN device_tree t ON t.device_id = r.device_id
         WHERE t.device_id IS NULL OR array_position(t.path_ids, n.path_id) IS NULL) e
  JOIN path p ON p.path_id = e.path_id;
COMMENT ON VIEW acs.parameter IS
    'All that is known of a device, values of recent Informs included. It unpacks a whole tree: ask for one device at a time, '
    'fleets are searched by promoted parameters. The values of secrets are NULL.';

CREATE FUNCTION acs.value(device_id bigint, path text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT coalesce(
        (SELECT d.value FROM device_parameter d WHERE d.device_id = $1 AND d.path_id = p.path_id),
        (SELECT r.values[array_position(r.path_ids, p.path_id)] FROM device_recent r WHERE r.device_id = $1),
        (SELECT CASE WHEN (get_byte(t.flags, 2 * i - 2) * 256 + get_byte(t.flags, 2 * i - 1)) & 2560 = 512 THEN t.values[i] END
           FROM device_tree t, array_position(t.path_ids, p.path_id) i
          WHERE t.device_id = $1 AND i IS NOT NULL))
      FROM path p
     WHERE p.path = $2 AND NOT p.is_secret);
END
$$;
COMMENT ON FUNCTION acs.value(bigint, text) IS
    'The newest known value of one parameter of one device; NULL when it is not known or is a secret.';

CREATE FUNCTION acs.number(value text) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN value ~ '^\s*[-+]?(\d{1,100}(\.\d{0,100})?|\.\d{1,100})([eE][-+]?\d{1,3})?\s*$' THEN value::numeric END
$$;
COMMENT ON FUNCTION acs.number(text) IS 'The number that a text is; NULL when it is none.';

CREATE FUNCTION acs.time(value text) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
AS $$
BEGIN
    IF value !~ '^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[-+]\d{2}(:?\d{2})?)?)?\s*$'
       OR value LIKE '0001-01-01%' THEN
        RETURN NULL;
    END IF;
    RETURN value::timestamptz;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION acs.time(text) IS
    'The moment that a text of TR-069''s dateTime is (UTC unless it says otherwise); NULL when it is none or the unknown time.';

CREATE FUNCTION acs.inet(value text) RETURNS inet
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF value !~ '^\s*[0-9a-fA-F:.]{2,45}(/\d{1,3})?\s*$' THEN
        RETURN NULL;
    END IF;
    RETURN value::pg_catalog.inet;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION acs.inet(text) IS 'The address or network that a text is; NULL when it is none.';

-------------------------------------------------------------------------------------------------- what rules are made of

CREATE VIEW acs.setting AS SELECT name, root, oui, product_class, path FROM rule_setting;
COMMENT ON VIEW acs.setting IS 'Where a setting is found in the tree of a model. Rows may be added, changed and deleted.';

CREATE VIEW acs.promoted_parameter AS SELECT device_id, path_id, value, since FROM device_parameter;
COMMENT ON VIEW acs.promoted_parameter IS 'The copies of promoted parameters; never secrets. path_id is that of the table path.';

CREATE FUNCTION acs.setting(device_id bigint, name text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT s.path FROM rule_setting s JOIN device d ON d.device_id = $1
     WHERE s.name = $2 AND s.oui IN ('', d.oui) AND s.product_class IN ('', d.product_class)
       AND (s.root = '' OR acs.value($1, s.root || 'DeviceInfo.SoftwareVersion') IS NOT NULL)
     ORDER BY s.product_class <> '' DESC, s.oui <> '' DESC, s.root = 'Device.' DESC
     LIMIT 1);
END
$$;
COMMENT ON FUNCTION acs.setting(bigint, text) IS
    'The parameter that holds a setting of a device; NULL when its model has none, or its root is not known yet.';

CREATE TYPE acs.action AS (kind text, path text, value text, type text);
COMMENT ON TYPE acs.action IS 'What a rule wants of a device; made by the functions of this schema only.';

CREATE FUNCTION acs.set_value(path text, value anycompatiblenonarray) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('set', $1, to_jsonb($2) #>> '{}', pg_typeof($2)::text)::acs.action$$;
COMMENT ON FUNCTION acs.set_value(text, anycompatiblenonarray) IS
    'The parameter shall have this value. NULL, as path or as value: the rule has no opinion.';

CREATE FUNCTION acs.ensure_instance(object text, keys text[], settings text[] DEFAULT '{}') RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('ensure', $1, jsonb_build_object('keys', jsonb_object($2), 'set', jsonb_object($3))::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.ensure_instance(text, text[], text[]) IS
    'The table shall have an instance with these values (name, value, name, value, ...), and it these others.';

CREATE FUNCTION acs.delete_instance(object text, keys text[]) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('delete', $1, jsonb_build_object('keys', jsonb_object($2))::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.delete_instance(text, text[]) IS 'The table shall have no instance with these values.';

CREATE FUNCTION acs.notify(path text, level integer) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('notify', $1, $2::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.notify(text, integer) IS 'The parameter''s notification attribute: 0 off, 1 passive, 2 active, ... (TR-069 A.3.2.4).';

CREATE FUNCTION acs.tag(name text, present boolean DEFAULT true) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('tag', $1, $2::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.tag(text, boolean) IS 'The device shall have, or not have, this tag.';

CREATE FUNCTION acs.refresh(path text, key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('refresh', $1, '', coalesce($2, ''))::acs.action$$;
COMMENT ON FUNCTION acs.refresh(text, text) IS 'Reads what is at or below the path, once for each key.';

CREATE FUNCTION acs.reboot(key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('reboot', '', '', coalesce($1, ''))::acs.action$$;
COMMENT ON FUNCTION acs.reboot(text) IS 'Reboots the device, once for each key.';

CREATE FUNCTION acs.download(file text, key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('download', $1, '', coalesce($2, $1))::acs.action$$;
COMMENT ON FUNCTION acs.download(text, text) IS 'Has the device download the newest file of that name, once for each key (default: the name).';

CREATE FUNCTION acs.task(kind text, arguments text DEFAULT '{}', key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('task', $1, $2, coalesce($3, ''))::acs.action$$;
COMMENT ON FUNCTION acs.task(text, text, text) IS 'Makes a task as the API would, once for each key; the arguments are a JSON object.';

CREATE FUNCTION acs.emit(name text, detail text DEFAULT '{}', key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('emit', $1, $2, coalesce($3, ''))::acs.action$$;
COMMENT ON FUNCTION acs.emit(text, text, text) IS 'Records an event of the device, once for each key; the detail is a JSON object.';

CREATE FUNCTION acs.enrol() RETURNS acs.action
    LANGUAGE sql IMMUTABLE
AS $$SELECT ROW('enrol', '', '', '')::acs.action$$;
COMMENT ON FUNCTION acs.enrol() IS 'Lets a pending device in. Only in rules with the line "-- for: pending".';

CREATE FUNCTION acs.actions(action acs.action) RETURNS acs.action[]
    LANGUAGE sql IMMUTABLE
AS $$SELECT ARRAY[$1]$$;
COMMENT ON FUNCTION acs.actions(acs.action) IS 'One action as a list: the server reads what bodies give through it.';

CREATE FUNCTION acs.actions(actions acs.action[]) RETURNS acs.action[]
    LANGUAGE sql IMMUTABLE
AS $$SELECT $1$$;
COMMENT ON FUNCTION acs.actions(acs.action[]) IS 'A list of actions as it is.';

CREATE FUNCTION acs.touch(device_id bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$INSERT INTO rule_touch (device_id) VALUES ($1)$$;
COMMENT ON FUNCTION acs.touch(bigint) IS
    'Something changed that rules read of this device: they are evaluated, and it is woken when they want something else. For triggers.';

GRANT USAGE ON SCHEMA acs TO acs_rules;
GRANT SELECT ON acs.device, acs.parameter, acs.promoted_parameter TO acs_rules;

INSERT INTO schema_version (version) VALUES (29);
