SET LOCAL search_path = public;

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
    ('administrator', '{devices.read,devices.write,devices.purge,parameters.read,parameters.write,secrets.reveal,tasks.read,tasks.write,files.read,files.write,rules.read,rules.write,rules.pause,enrolment.read,enrolment.write,credentials.read,credentials.write,incidents.read,statistics.read,operators.manage,audit.read}', true),
    ('provisioning', '{devices.read,devices.write,parameters.read,parameters.write,tasks.read,tasks.write,files.read,files.write,rules.read,rules.write,rules.pause,enrolment.read,enrolment.write,credentials.read,credentials.write,incidents.read,statistics.read}', true),
    ('support', '{devices.read,parameters.read,parameters.write,tasks.read,tasks.write,files.read,rules.read,incidents.read}', true),
    ('viewer', '{devices.read,parameters.read,tasks.read,files.read,rules.read,enrolment.read,credentials.read,incidents.read,statistics.read}', true);

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
