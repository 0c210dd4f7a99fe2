SET LOCAL search_path = public;

CREATE FUNCTION acs.enrol() RETURNS acs.action
    LANGUAGE sql IMMUTABLE
AS $$SELECT ROW('enrol', '', '', '')::acs.action$$;
COMMENT ON FUNCTION acs.enrol() IS 'Lets a pending device in. Only in rules with the line "-- for: pending".';
