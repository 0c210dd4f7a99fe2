SET LOCAL search_path = public;

ALTER TABLE node ADD COLUMN sealing_key text NOT NULL DEFAULT '';
COMMENT ON COLUMN node.sealing_key IS 'Name of the first key in its key file: what it seals with.';

CREATE TABLE sealing_key (
    name      text        NOT NULL PRIMARY KEY,
    used_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE sealing_key IS 'The keys that secrets in this database may be sealed with: no node starts without one of them. acs rekey deletes those that nothing needs any more.';
COMMENT ON COLUMN sealing_key.name IS 'Its name in the key file.';
COMMENT ON COLUMN sealing_key.used_at IS 'When a node first began with it.';

TRUNCATE cwmp_session;
COMMENT ON COLUMN cwmp_session.cookie IS 'SHA-256, hexadecimal, of what the CPE shows.';
