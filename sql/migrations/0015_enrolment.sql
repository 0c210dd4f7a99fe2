SET LOCAL search_path = public;

CREATE TABLE announcement (
    announcement_id  bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    serial_number    text        NOT NULL CHECK (serial_number <> ''),
    oui              text        NOT NULL DEFAULT '',
    product_class    text        NOT NULL DEFAULT '',
    subscriber       text        NOT NULL DEFAULT '',
    tags             text[]      NOT NULL DEFAULT '{}',
    username         text        NOT NULL DEFAULT '',
    announced_at     timestamptz NOT NULL DEFAULT now(),
    announced_by     text        NOT NULL DEFAULT '',
    device_id        bigint,
    met_at           timestamptz,
    UNIQUE (serial_number, oui, product_class)
);
COMMENT ON TABLE announcement IS 'Devices that are expected: the first contact of one makes it active, with these facts.';
COMMENT ON COLUMN announcement.announcement_id IS 'Its id.';
COMMENT ON COLUMN announcement.serial_number IS 'As the device will tell it.';
COMMENT ON COLUMN announcement.oui IS 'As the device will tell it, upper case when hexadecimal; empty: any.';
COMMENT ON COLUMN announcement.product_class IS 'As the device will tell it; empty: any.';
COMMENT ON COLUMN announcement.subscriber IS 'The customer it will serve; empty: not known.';
COMMENT ON COLUMN announcement.tags IS 'Labels it will have.';
COMMENT ON COLUMN announcement.username IS 'The login it has to come with; empty: any that lets devices in.';
COMMENT ON COLUMN announcement.announced_at IS 'Since when it is expected.';
COMMENT ON COLUMN announcement.announced_by IS 'Who said so.';
COMMENT ON COLUMN announcement.device_id IS 'The device that came; NULL: it was never heard of.';
COMMENT ON COLUMN announcement.met_at IS 'When it came.';
CREATE INDEX announcement_waiting ON announcement (announcement_id) WHERE device_id IS NULL;
CREATE INDEX announcement_device ON announcement (device_id) WHERE device_id IS NOT NULL;

ALTER TABLE credential ADD COLUMN announcement_id bigint;
COMMENT ON COLUMN credential.announcement_id IS 'The announcement it belongs to until the device came; good for that device only.';
CREATE INDEX credential_announcement ON credential (announcement_id) WHERE announcement_id IS NOT NULL;

CREATE TABLE stranger (
    stranger_id    bigint      NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    oui            text        NOT NULL,
    product_class  text        NOT NULL,
    serial_number  text        NOT NULL,
    manufacturer   text        NOT NULL DEFAULT '',
    address        text        NOT NULL,
    network        text        NOT NULL,
    username       text        NOT NULL DEFAULT '',
    reason         text        NOT NULL DEFAULT '',
    first_at       timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    times          bigint      NOT NULL DEFAULT 1,
    UNIQUE (serial_number, oui, product_class)
);
COMMENT ON TABLE stranger IS 'Unknown devices that were sent away. Bounded in all and for each network.';
COMMENT ON COLUMN stranger.stranger_id IS 'Its id.';
COMMENT ON COLUMN stranger.oui IS 'As it claims.';
COMMENT ON COLUMN stranger.product_class IS 'As it claims.';
COMMENT ON COLUMN stranger.serial_number IS 'As it claims.';
COMMENT ON COLUMN stranger.manufacturer IS 'As it claims.';
COMMENT ON COLUMN stranger.address IS 'Where it came from last.';
COMMENT ON COLUMN stranger.network IS 'The /24 or /48 of that.';
COMMENT ON COLUMN stranger.username IS 'The user name it showed last.';
COMMENT ON COLUMN stranger.reason IS 'Why it was sent away last.';
COMMENT ON COLUMN stranger.first_at IS 'When it first came.';
COMMENT ON COLUMN stranger.last_at IS 'When it last came.';
COMMENT ON COLUMN stranger.times IS 'How often.';

CREATE INDEX device_pending ON device (device_id) WHERE state = 'pending';

CREATE OR REPLACE VIEW acs.device AS
SELECT d.device_id AS id, d.oui, d.product_class, d.serial_number, d.manufacturer, d.model_name,
       c.software_version, c.hardware_version, c.provisioning_code, d.state, d.subscriber, d.tags,
       c.address AS ip_address, c.connection_request_url, d.first_seen, c.last_inform, c.last_boot, c.last_events,
       d.inform_interval,
       CASE WHEN c.last_inform IS NULL THEN 'unmanaged'
            WHEN extract(epoch FROM now() - c.last_inform) > greatest(86400, d.inform_interval
                 * coalesce((SELECT (s.value #>> '{}')::numeric FROM setting s WHERE s.name = 'dormant_after'), 3))
            THEN 'dormant' ELSE 'managed' END AS contact
  FROM device d JOIN device_contact c ON c.device_id = d.device_id;
