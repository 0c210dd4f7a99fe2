SET LOCAL search_path = public;

ALTER TABLE device
    DROP CONSTRAINT device_login_state_check,
    ADD CONSTRAINT device_login_state_check
        CHECK (login_state IN ('none', 'given', 'proven', 're-enrolling', 'allowed', 'ignored')),
    ADD COLUMN re_enrolled_at timestamptz[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN device.login_state IS
    'What it is let in with. none: it has no login of its own; given: one was made, and not used yet; proven: it uses its own; '
    're-enrolling: it came back from factory defaults with a shared one and waits; allowed: it may come with a shared one; '
    'ignored: it says that it takes its own and goes on with a shared one.';
COMMENT ON COLUMN device.re_enrolled_at IS 'When a policy, and no person, agreed that it is itself after a reset: within the last day, as of then.';
