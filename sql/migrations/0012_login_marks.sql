SET LOCAL search_path = public;

ALTER TABLE device_contact ADD COLUMN login_mark bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN device_contact.login_mark IS
    'Of its newest Digest login: time of the nonce in milliseconds * 2^20 + its count. Not greater means that it was used before.';
