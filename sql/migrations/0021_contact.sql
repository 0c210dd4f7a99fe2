SET LOCAL search_path = public;

CREATE VIEW acs.contact AS
SELECT d.id AS device_id, NULL::bigint AS announcement_id, d.oui, d.product_class, d.serial_number, d.subscriber, d.tags,
       d.contact, coalesce(d.last_inform, d.first_seen) AS since
  FROM acs.device d
UNION ALL
SELECT NULL, a.announcement_id, a.oui, a.product_class, a.serial_number, nullif(a.subscriber, ''), a.tags, 'unmanaged',
       a.announced_at
  FROM announcement a WHERE a.device_id IS NULL;
COMMENT ON VIEW acs.contact IS
    'Every box that came or is expected: managed (heard of), dormant (silent for long) or unmanaged (announced, never came), and since when: the last Inform, or the announcement.';
