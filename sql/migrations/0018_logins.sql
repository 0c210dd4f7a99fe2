SET LOCAL search_path = public;

ALTER TABLE device
    ADD COLUMN login_state text NOT NULL DEFAULT 'none'
        CHECK (login_state IN ('none', 'given', 'proven', 're-enrolling', 'allowed')),
    ADD COLUMN login_until timestamptz,
    ADD COLUMN retire_by timestamptz;
COMMENT ON COLUMN device.login_state IS
    'What it is let in with. none: it has no login of its own; given: one was made, and not used yet; proven: it uses its own; '
    're-enrolling: it came back from factory defaults with a shared one and waits; allowed: it may come with a shared one.';
COMMENT ON COLUMN device.login_until IS 'How long it may come with a shared login although it had its own.';
COMMENT ON COLUMN device.retire_by IS 'When a retiring device is retired although it did not come; NULL: it is not retiring.';
CREATE INDEX device_retiring ON device (retire_by) WHERE retire_by IS NOT NULL;

ALTER TABLE credential
    ADD COLUMN origin text NOT NULL DEFAULT 'imported' CHECK (origin IN ('imported', 'generated', 'set')),
    ADD COLUMN next_ha1_md5 bytea,
    ADD COLUMN next_ha1_sha256 bytea,
    ADD COLUMN next_password text,
    ADD COLUMN next_at timestamptz,
    ADD COLUMN revoked_at timestamptz;
COMMENT ON COLUMN credential.used_at IS 'When the device was first seen to have this password; NULL: not yet.';
COMMENT ON COLUMN credential.origin IS 'Who chose it: imported; generated here; set on the device by a person or a rule.';
COMMENT ON COLUMN credential.next_ha1_md5 IS
    'As ha1_md5, of the password that the device was told and has not used yet: both are good. NULL: there is none.';
COMMENT ON COLUMN credential.next_ha1_sha256 IS 'As ha1_sha256, of the same.';
COMMENT ON COLUMN credential.next_password IS 'Sealed.';
COMMENT ON COLUMN credential.next_at IS 'Since when there are two.';
COMMENT ON COLUMN credential.revoked_at IS 'When its device was retired: kept to know it by, nobody is let in with it.';
-- Logins that devices had before nobody asked whether they were used.
UPDATE credential SET used_at = coalesce(used_at, created) WHERE device_id IS NOT NULL;
UPDATE device d SET login_state = 'proven' FROM credential c WHERE c.device_id = d.device_id;

ALTER TABLE connection_request_credential
    ADD COLUMN origin text NOT NULL DEFAULT 'set' CHECK (origin IN ('generated', 'set')),
    ADD COLUMN confirmed_at timestamptz;
COMMENT ON COLUMN connection_request_credential.origin IS 'Who chose it: generated here; set on the device by a person or a rule.';
COMMENT ON COLUMN connection_request_credential.confirmed_at IS 'When the device said that it has taken a generated one.';

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

CREATE INDEX task_credentials ON task (origin, state) WHERE kind = 'credentials';
COMMENT ON COLUMN task.priority IS 'Lower runs earlier: 0 a person waits, 2 logins, 5 automation, 9 bulk.';
