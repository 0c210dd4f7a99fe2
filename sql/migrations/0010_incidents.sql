SET LOCAL search_path = public;

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
