SET LOCAL search_path = public;

ALTER TABLE device_contact ADD COLUMN same_events boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN device_contact.same_events IS
    'The newest Inform told the same events as the one before it: with a RetryCount it is a redelivery.';
