SET LOCAL search_path = public;

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
