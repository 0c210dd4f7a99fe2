SET LOCAL search_path = public;

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

UPDATE role SET permissions = permissions || '{traces.read,traces.write}'
 WHERE is_builtin AND name IN ('administrator', 'provisioning', 'support');
