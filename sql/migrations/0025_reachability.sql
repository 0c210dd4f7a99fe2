SET LOCAL search_path = public;

CREATE TABLE device_reachability (
    device_id     bigint      NOT NULL PRIMARY KEY,
    best_method   text        NOT NULL DEFAULT '',
    reached_at    timestamptz,
    failed_in_row integer     NOT NULL DEFAULT 0,
    failed_at     timestamptz,
    attempts      jsonb       NOT NULL DEFAULT '[]'
);
COMMENT ON TABLE device_reachability IS 'How a device can be made to come, as wake-ups have shown. Written in batches, seconds later.';
COMMENT ON COLUMN device_reachability.device_id IS 'The device.';
COMMENT ON COLUMN device_reachability.best_method IS 'http, udp or xmpp: what its Inform followed last; empty: nothing ever.';
COMMENT ON COLUMN device_reachability.reached_at IS 'When that was.';
COMMENT ON COLUMN device_reachability.failed_in_row IS 'Wake-ups in vain since then.';
COMMENT ON COLUMN device_reachability.failed_at IS 'The last of them.';
COMMENT ON COLUMN device_reachability.attempts IS
    'The last ten, the newest first: [{"method", "at", "outcome", "cause", "milliseconds"}].';

CREATE TABLE model_reachability (
    oui           text    NOT NULL,
    product_class text    NOT NULL,
    method        text    NOT NULL,
    reached       integer NOT NULL DEFAULT 0,
    missed        integer NOT NULL DEFAULT 0,
    PRIMARY KEY (oui, product_class, method)
);
COMMENT ON TABLE model_reachability IS 'Which ways of waking work for the devices of a model.';
COMMENT ON COLUMN model_reachability.oui IS 'Of the model.';
COMMENT ON COLUMN model_reachability.product_class IS 'Of the model.';
COMMENT ON COLUMN model_reachability.method IS 'http, udp or xmpp.';
COMMENT ON COLUMN model_reachability.reached IS 'Attempts that an Inform followed; halved with missed from a thousand on.';
COMMENT ON COLUMN model_reachability.missed IS 'Attempts that none followed.';
