SET LOCAL search_path = public;

ALTER TABLE device_contact
    ADD COLUMN boot_epoch bigint NOT NULL DEFAULT 0,
    ADD COLUMN bootstrap_epoch bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN device_contact.boot_epoch IS
    'Number of the newest session that began with 0 BOOTSTRAP, 1 BOOT or M Reboot: who sent a Reboot in an earlier one knows that it was done.';
COMMENT ON COLUMN device_contact.bootstrap_epoch IS 'Number of the newest session that began with 0 BOOTSTRAP.';
