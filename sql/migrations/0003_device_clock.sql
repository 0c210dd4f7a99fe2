SET LOCAL search_path = public;

CREATE FUNCTION device_clock(time_zone text) RETURNS timestamp
    LANGUAGE plpgsql STABLE
AS $$
BEGIN
    RETURN now() AT TIME ZONE coalesce(time_zone, 'UTC');
EXCEPTION WHEN OTHERS THEN
    RETURN now() AT TIME ZONE 'UTC';
END
$$;
COMMENT ON FUNCTION device_clock(text) IS
    'What a clock in that time zone shows now; UTC when there is no such zone: one device''s typing error must not fail a batch.';
