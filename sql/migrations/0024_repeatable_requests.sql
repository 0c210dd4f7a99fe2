SET LOCAL search_path = public;

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

CREATE INDEX task_failed ON task (task_id) WHERE state = 'failed';
CREATE INDEX device_stopped ON device (device_id) WHERE automation_stopped IS NOT NULL;
