SET LOCAL search_path = public;

ALTER TABLE rule_sweep
    ADD COLUMN is_whole boolean NOT NULL DEFAULT true,
    ADD COLUMN holder integer,
    ADD COLUMN looked_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN changed bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN rule_sweep.is_whole IS 'With all rules, because they changed; else only with those that read what others change, or the clock.';
COMMENT ON COLUMN rule_sweep.holder IS 'The node that takes part after part; another one takes over when it is silent. NULL: nobody.';
COMMENT ON COLUMN rule_sweep.looked_at IS 'Devices that the newest sweep looked at.';
COMMENT ON COLUMN rule_sweep.changed IS 'Devices among them of which rules want something else.';

ALTER TABLE rule_touch SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 1);

COMMENT ON COLUMN device_contact.rules_epoch IS
    'The set of rules that it satisfies; 0: what they make of its newest Inform is not known yet, -1: its next Inform is to be looked at, -2: both.';
