SET LOCAL search_path = public;

COMMENT ON TABLE event IS
    'What happened (docs/events.md), append-only, a partition per day. Readers that must miss nothing take rows with '
    'tx < pg_snapshot_xmin(pg_current_snapshot()), ordered by (tx, event_id). Informs with 2 PERIODIC alone are only counted.';
COMMENT ON COLUMN event.at IS 'When it happened.';
COMMENT ON COLUMN event.device_id IS 'The device; 0: none.';
COMMENT ON COLUMN event.event_id IS
    'Made by the node or by event_number, from the time; a repeated commit makes no second row. Unique together with tx.';
COMMENT ON COLUMN event.kind IS 'What: inform, transfer.complete, task.done, ... (rows of early versions: the name of the message).';
COMMENT ON COLUMN event.detail IS 'Of other kinds: what they carry. Never a secret.';
CREATE INDEX event_order ON event (tx, event_id);

CREATE FUNCTION event_number(place bigint) RETURNS bigint
    LANGUAGE sql STABLE
AS $$SELECT floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint * 4194304
          + extract(microseconds FROM statement_timestamp())::bigint % 1000 * 4194 + $1$$;
COMMENT ON FUNCTION event_number(bigint) IS
    'The id of an event that a statement makes: as the nodes make them, from the time; place tells the rows of one statement apart.';

CREATE VIEW acs.event AS
SELECT e.tx || '.' || e.event_id AS cursor, e.at,
       CASE e.kind WHEN 'Inform' THEN 'inform' WHEN 'TransferComplete' THEN 'transfer.complete'
            WHEN 'AutonomousTransferComplete' THEN 'transfer.autonomous_complete'
            WHEN 'RequestDownload' THEN 'transfer.download_requested' WHEN 'Kicked' THEN 'device.kicked'
            WHEN 'DUStateChangeComplete' THEN 'software.change_complete'
            WHEN 'AutonomousDUStateChangeComplete' THEN 'software.autonomous_change_complete' ELSE e.kind END AS kind,
       nullif(e.device_id, 0) AS device_id, d.oui, d.product_class, d.serial_number, e.codes, e.keys AS command_keys,
       e.retry_count, e.redelivered, e.address, e.detail, e.tx, e.event_id
  FROM event e LEFT JOIN device d ON d.device_id = e.device_id
 WHERE e.tx < pg_snapshot_xmin(pg_current_snapshot());
COMMENT ON VIEW acs.event IS
    'What happened (docs/events.md). Who orders by (tx, event_id) and goes on behind the last row that was read misses nothing: '
    'rows whose neighbours are not committed yet are not here.';

CREATE TABLE webhook (
    webhook_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text        NOT NULL UNIQUE,
    url           text        NOT NULL,
    kinds         text[]      NOT NULL DEFAULT '{}',
    condition     text        NOT NULL DEFAULT '',
    batch         integer     NOT NULL DEFAULT 100,
    secret        text        NOT NULL,
    is_paused     boolean     NOT NULL DEFAULT false,
    revision      bigint      NOT NULL DEFAULT 1,
    made_at       timestamptz NOT NULL DEFAULT now(),
    made_by       text        NOT NULL DEFAULT '',
    lease_node    integer,
    lease_until   timestamptz,
    delivered_at  timestamptz,
    waiting_since timestamptz,
    problem       text        NOT NULL DEFAULT '',
    missed_before timestamptz
);
COMMENT ON TABLE webhook IS 'Where events are sent to.';
COMMENT ON COLUMN webhook.webhook_id IS 'Its id.';
COMMENT ON COLUMN webhook.name IS 'As people name it; it does not change.';
COMMENT ON COLUMN webhook.url IS 'Of the receiver.';
COMMENT ON COLUMN webhook.kinds IS 'Of the events that it gets, and what is below; empty: all.';
COMMENT ON COLUMN webhook.condition IS 'Over acs.device and value(''PATH''): of whose events it gets; empty: of all.';
COMMENT ON COLUMN webhook.batch IS 'Events in one request, at most.';
COMMENT ON COLUMN webhook.secret IS 'Signs the requests; sealed for "webhook NAME".';
COMMENT ON COLUMN webhook.is_paused IS 'Nothing is sent; what happens meanwhile follows when it goes on.';
COMMENT ON COLUMN webhook.revision IS 'Grows with each change of what is above.';
COMMENT ON COLUMN webhook.made_at IS 'When it was made.';
COMMENT ON COLUMN webhook.made_by IS 'By whom.';
COMMENT ON COLUMN webhook.lease_node IS 'The node that delivers it.';
COMMENT ON COLUMN webhook.lease_until IS 'How long, unless it renews that.';
COMMENT ON COLUMN webhook.delivered_at IS 'When the receiver last took something; noted every few seconds, as the next two.';
COMMENT ON COLUMN webhook.waiting_since IS 'When the oldest event happened that waits; NULL: none does.';
COMMENT ON COLUMN webhook.problem IS 'What became of the last attempt that failed; empty: it was followed by a good one.';
COMMENT ON COLUMN webhook.missed_before IS 'Events before then were no longer kept when it came to them.';

CREATE TABLE webhook_position (
    webhook_id bigint      NOT NULL REFERENCES webhook ON DELETE CASCADE,
    lane       smallint    NOT NULL,
    tx         xid8        NOT NULL,
    event_id   bigint      NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (webhook_id, lane)
) WITH (fillfactor = 50);
COMMENT ON TABLE webhook_position IS 'How far each lane of a webhook has come; a lane has the devices of equal device_id % 8.';
COMMENT ON COLUMN webhook_position.webhook_id IS 'The webhook.';
COMMENT ON COLUMN webhook_position.lane IS 'Its lane, from 0.';
COMMENT ON COLUMN webhook_position.tx IS 'All events up to here were taken, or are dead letters: event.tx,';
COMMENT ON COLUMN webhook_position.event_id IS 'and event.event_id; negative: before all of that transaction.';
COMMENT ON COLUMN webhook_position.changed_at IS 'When it was written.';

CREATE TABLE webhook_dead_letter (
    dead_letter_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id     bigint      NOT NULL REFERENCES webhook ON DELETE CASCADE,
    device_id      bigint      NOT NULL,
    tx             xid8        NOT NULL,
    event_id       bigint      NOT NULL,
    at             timestamptz NOT NULL,
    kind           text        NOT NULL,
    codes          text[],
    keys           text[],
    retry_count    integer,
    redelivered    boolean     NOT NULL DEFAULT false,
    address        inet,
    detail         jsonb,
    attempts       integer     NOT NULL,
    problem        text        NOT NULL,
    died_at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE webhook_dead_letter IS 'Events that a webhook gave up, as they were.';
COMMENT ON COLUMN webhook_dead_letter.dead_letter_id IS 'Its id.';
COMMENT ON COLUMN webhook_dead_letter.webhook_id IS 'The webhook.';
COMMENT ON COLUMN webhook_dead_letter.device_id IS 'As event.device_id; this and the next are those of the event.';
COMMENT ON COLUMN webhook_dead_letter.tx IS 'As event.tx.';
COMMENT ON COLUMN webhook_dead_letter.event_id IS 'As event.event_id.';
COMMENT ON COLUMN webhook_dead_letter.at IS 'As event.at.';
COMMENT ON COLUMN webhook_dead_letter.kind IS 'As event.kind.';
COMMENT ON COLUMN webhook_dead_letter.codes IS 'As event.codes.';
COMMENT ON COLUMN webhook_dead_letter.keys IS 'As event.keys.';
COMMENT ON COLUMN webhook_dead_letter.retry_count IS 'As event.retry_count.';
COMMENT ON COLUMN webhook_dead_letter.redelivered IS 'As event.redelivered.';
COMMENT ON COLUMN webhook_dead_letter.address IS 'As event.address.';
COMMENT ON COLUMN webhook_dead_letter.detail IS 'As event.detail.';
COMMENT ON COLUMN webhook_dead_letter.attempts IS 'How often it was sent.';
COMMENT ON COLUMN webhook_dead_letter.problem IS 'What became of the last time.';
COMMENT ON COLUMN webhook_dead_letter.died_at IS 'When it was given up.';
CREATE INDEX webhook_dead_letter_order ON webhook_dead_letter (webhook_id, dead_letter_id);
CREATE INDEX webhook_dead_letter_device ON webhook_dead_letter (device_id);

UPDATE role SET permissions = permissions || '{events.read}'
 WHERE name IN ('administrator', 'provisioning', 'support', 'viewer') AND is_builtin;
UPDATE role SET permissions = permissions || '{webhooks.read,webhooks.write}' WHERE name = 'administrator' AND is_builtin;
UPDATE role SET permissions = permissions || '{webhooks.read}' WHERE name IN ('provisioning', 'viewer') AND is_builtin;
