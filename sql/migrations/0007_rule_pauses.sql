SET LOCAL search_path = public;

ALTER TABLE rule ADD COLUMN paused_at timestamptz,
                 ADD COLUMN paused_by text NOT NULL DEFAULT '',
                 ADD COLUMN pause_reason text NOT NULL DEFAULT '';
COMMENT ON COLUMN rule.paused_at IS 'Since when this rule does not act; NULL: it does.';
COMMENT ON COLUMN rule.paused_by IS 'Who stopped it.';
COMMENT ON COLUMN rule.pause_reason IS 'Why.';
CREATE INDEX rule_version_epoch ON rule_version (epoch);
