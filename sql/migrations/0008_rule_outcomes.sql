SET LOCAL search_path = public;

ALTER TABLE device_contact ADD COLUMN rules_epoch bigint NOT NULL DEFAULT 0, ADD COLUMN rules_until timestamptz;
COMMENT ON COLUMN device_contact.rules_epoch IS
    'The set of rules that it satisfies; 0: what they make of its newest Inform is not known yet, -1: its next Inform is to be looked at.';
COMMENT ON COLUMN device_contact.rules_until IS 'When the rules are evaluated again although nothing changed.';

CREATE TABLE rule_outcome (
    device_id  bigint      NOT NULL PRIMARY KEY,
    epoch      bigint      NOT NULL,
    changed    timestamptz NOT NULL DEFAULT now(),
    outcomes   jsonb       NOT NULL DEFAULT '{}',
    attempts   jsonb       NOT NULL DEFAULT '[]',
    done       jsonb       NOT NULL DEFAULT '{}'
) /*partition device_id*/
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
COMMENT ON TABLE rule_outcome IS 'What the rules want of a device, and what came of it. No row: nothing.';
COMMENT ON COLUMN rule_outcome.device_id IS 'The device.';
COMMENT ON COLUMN rule_outcome.epoch IS 'The set of rules that was evaluated when the row last changed.';
COMMENT ON COLUMN rule_outcome.changed IS 'When the row last changed.';
COMMENT ON COLUMN rule_outcome.outcomes IS
    'Rule -> {"v":version,"t":seconds since 1970,"a":[{"kind","path","value","type"},...]}; secrets are sealed.';
COMMENT ON COLUMN rule_outcome.attempts IS
    'What was tried and is not settled yet: [{"what","password" (the wanted value, sealed),"rule","times","last","confirmed","told"},...].';
COMMENT ON COLUMN rule_outcome.done IS 'What was done once, by rule, kind and key -> seconds since 1970.';
ALTER TABLE rule_outcome ALTER COLUMN outcomes SET COMPRESSION lz4, ALTER COLUMN attempts SET COMPRESSION lz4;

CREATE TABLE rule_quarantine (
    device_id   bigint      NOT NULL,
    rule        text        NOT NULL,
    what        text        NOT NULL DEFAULT '',
    version_id  bigint      NOT NULL,
    since       timestamptz NOT NULL DEFAULT now(),
    reason      text        NOT NULL,
    evidence    jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (device_id, rule, what)
) /*partition device_id*/;
COMMENT ON TABLE rule_quarantine IS
    'What rules no longer try on single devices, and why. Ends with a new version of the rule, or when a person releases it.';
COMMENT ON COLUMN rule_quarantine.device_id IS 'The device.';
COMMENT ON COLUMN rule_quarantine.rule IS 'The rule.';
COMMENT ON COLUMN rule_quarantine.what IS 'The parameter, or the table with the keys of an instance; empty: the whole rule, because its SQL fails for this device.';
COMMENT ON COLUMN rule_quarantine.version_id IS 'The version of the rule.';
COMMENT ON COLUMN rule_quarantine.since IS 'Since when.';
COMMENT ON COLUMN rule_quarantine.reason IS 'One sentence.';
COMMENT ON COLUMN rule_quarantine.evidence IS 'What was wanted and what the device told; secrets are masked.';
CREATE INDEX rule_quarantine_rule ON rule_quarantine (rule, device_id);

CREATE TABLE rule_budget (
    rule     text        NOT NULL,
    hour     timestamptz NOT NULL,
    devices  bigint      NOT NULL,
    PRIMARY KEY (rule, hour)
);
COMMENT ON TABLE rule_budget IS 'How many devices each rule changed, or wanted to, in an hour.';
COMMENT ON COLUMN rule_budget.rule IS 'The rule.';
COMMENT ON COLUMN rule_budget.hour IS 'The hour.';
COMMENT ON COLUMN rule_budget.devices IS 'Devices; those beyond the rule''s budget had to wait.';

CREATE TABLE rule_touch (
    touch_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  bigint NOT NULL
);
COMMENT ON TABLE rule_touch IS 'Devices about which something changed that rules read; see acs.touch(). Emptied within seconds.';
COMMENT ON COLUMN rule_touch.device_id IS 'The device.';
COMMENT ON COLUMN rule_touch.touch_id IS 'Ascending.';

CREATE TABLE rule_sweep (
    epoch     bigint      NOT NULL DEFAULT 0,
    position  bigint,
    began_at  timestamptz,
    ended_at  timestamptz,
    worked_at timestamptz
);
COMMENT ON TABLE rule_sweep IS 'One row: how far the sweep is that looks for devices of which rules want something else now.';
COMMENT ON COLUMN rule_sweep.epoch IS 'The set of rules that is swept with.';
COMMENT ON COLUMN rule_sweep.position IS 'The last device that was looked at; NULL: no sweep is under way.';
COMMENT ON COLUMN rule_sweep.began_at IS 'When the newest sweep began.';
COMMENT ON COLUMN rule_sweep.ended_at IS 'When the newest whole sweep ended.';
COMMENT ON COLUMN rule_sweep.worked_at IS 'When a node last took a part of it.';
INSERT INTO rule_sweep DEFAULT VALUES;

CREATE FUNCTION acs.touch(device_id bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$INSERT INTO rule_touch (device_id) VALUES ($1)$$;
COMMENT ON FUNCTION acs.touch(bigint) IS
    'Something changed that rules read of this device: they are evaluated, and it is woken when they want something else. For triggers.';

-- As PL/pgSQL they keep their plans: as SQL they were planned anew by every statement that calls them.
CREATE OR REPLACE FUNCTION acs.value(device_id bigint, path text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT coalesce(
        (SELECT d.value FROM device_parameter d WHERE d.device_id = $1 AND d.path_id = p.path_id),
        (SELECT r.values[array_position(r.path_ids, p.path_id)] FROM device_recent r WHERE r.device_id = $1),
        (SELECT CASE WHEN (get_byte(t.flags, 2 * i - 2) * 256 + get_byte(t.flags, 2 * i - 1)) & 2560 = 512 THEN t.values[i] END
           FROM device_tree t, array_position(t.path_ids, p.path_id) i
          WHERE t.device_id = $1 AND i IS NOT NULL))
      FROM path p
     WHERE p.path = $2 AND NOT p.is_secret);
END
$$;
CREATE OR REPLACE FUNCTION acs.setting(device_id bigint, name text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RETURN (
    SELECT s.path FROM rule_setting s JOIN device d ON d.device_id = $1
     WHERE s.name = $2 AND s.oui IN ('', d.oui) AND s.product_class IN ('', d.product_class)
       AND (s.root = '' OR acs.value($1, s.root || 'DeviceInfo.SoftwareVersion') IS NOT NULL)
     ORDER BY s.product_class <> '' DESC, s.oui <> '' DESC, s.root = 'Device.' DESC
     LIMIT 1);
END
$$;
