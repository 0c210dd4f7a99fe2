SET LOCAL search_path = public;

ALTER TABLE promoted
    ADD COLUMN fill_after bigint,
    ADD COLUMN removed_at timestamptz;
COMMENT ON COLUMN promoted.fill_after IS
    'The device up to which the copies of what was known before are made; NULL: all are.';
COMMENT ON COLUMN promoted.removed_at IS 'When it was given up: its copies are being deleted, then the row is.';
