SET LOCAL search_path = public;

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
