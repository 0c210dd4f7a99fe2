SET LOCAL search_path = public;

CREATE FUNCTION rule_settings_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE rule_set SET epoch = epoch + 1 WHERE epoch > 0;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION rule_settings_changed() IS
    'Rules name settings: where those are found is as much a part of the rules as their texts.';
CREATE TRIGGER rule_setting_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rule_setting
    FOR EACH STATEMENT EXECUTE FUNCTION rule_settings_changed();
