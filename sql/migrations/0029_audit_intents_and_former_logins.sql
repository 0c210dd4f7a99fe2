SET LOCAL search_path = public;

CREATE TABLE audit_intent (
    intent_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by   text        NOT NULL,
    how       text        NOT NULL,
    peer      text        NOT NULL,
    method    text        NOT NULL,
    path      text        NOT NULL
);
COMMENT ON TABLE audit_intent IS
    'Requests that change something and are being carried out. What stands here for long was cut short: the audit trail says so.';
COMMENT ON COLUMN audit_intent.intent_id IS 'Its number.';
COMMENT ON COLUMN audit_intent.at IS 'When it began, by the database''s clock.';
COMMENT ON COLUMN audit_intent.made_by IS 'As audit.made_by; this and the next two become those of the entry.';
COMMENT ON COLUMN audit_intent.how IS 'As audit.how.';
COMMENT ON COLUMN audit_intent.peer IS 'As audit.peer.';
COMMENT ON COLUMN audit_intent.method IS 'Of the request.';
COMMENT ON COLUMN audit_intent.path IS 'Of the request, as sent, without its query.';

CREATE INDEX connection_request_previous_username ON connection_request_credential (previous_username)
 WHERE previous_username <> '';
