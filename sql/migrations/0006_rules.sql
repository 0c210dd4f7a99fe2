SET LOCAL search_path = public;

--------------------------------------------------------------------------------------------------------------- rules

-- What rules may do is what this role may do. The server takes it on for the statements of rules.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'acs_rules') THEN
        CREATE ROLE acs_rules NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'acs_rules', 'MEMBER') THEN
        GRANT acs_rules TO CURRENT_USER;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role acs_rules cannot be made by %', current_user
            USING HINT = format('Let a superuser run: CREATE ROLE acs_rules NOLOGIN; GRANT acs_rules TO %I;', current_user);
END
$$;

CREATE TABLE rule_set (
    epoch         bigint      NOT NULL,
    paused_at     timestamptz,
    paused_by     text        NOT NULL DEFAULT '',
    pause_reason  text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE rule_set IS 'One row: all rules together.';
COMMENT ON COLUMN rule_set.epoch IS 'One more with each change of rules; 0: there never was one.';
COMMENT ON COLUMN rule_set.paused_at IS 'Since when no rule acts on any device; NULL: they act.';
COMMENT ON COLUMN rule_set.paused_by IS 'Who stopped them.';
COMMENT ON COLUMN rule_set.pause_reason IS 'Why.';
INSERT INTO rule_set (epoch) VALUES (0);

CREATE TABLE rule_version (
    version_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule        text        NOT NULL,
    epoch       bigint      NOT NULL,
    file        text        NOT NULL DEFAULT '',
    text        text,
    made_at     timestamptz NOT NULL DEFAULT now(),
    made_by     text        NOT NULL DEFAULT '',
    reason      text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE rule_version IS 'Every text that a rule ever had. Nothing is changed or deleted here.';
COMMENT ON COLUMN rule_version.version_id IS 'Its id, ascending.';
COMMENT ON COLUMN rule_version.rule IS 'The rule''s name.';
COMMENT ON COLUMN rule_version.epoch IS 'Of the set of rules that it first was part of.';
COMMENT ON COLUMN rule_version.file IS 'The name of its file.';
COMMENT ON COLUMN rule_version.text IS 'The file; NULL: the rule was removed.';
COMMENT ON COLUMN rule_version.made_at IS 'When it was applied.';
COMMENT ON COLUMN rule_version.made_by IS 'By whom.';
COMMENT ON COLUMN rule_version.reason IS 'Why.';
CREATE INDEX rule_version_rule ON rule_version (rule, version_id);

CREATE TABLE rule (
    rule        text   NOT NULL PRIMARY KEY,
    version_id  bigint NOT NULL REFERENCES rule_version
);
COMMENT ON TABLE rule IS 'The rules that are in force.';
COMMENT ON COLUMN rule.rule IS 'Its name.';
COMMENT ON COLUMN rule.version_id IS 'Its text.';

CREATE TABLE rule_setting (
    name           text NOT NULL,
    root           text NOT NULL CHECK (root IN ('Device.', 'InternetGatewayDevice.', '')),
    oui            text NOT NULL DEFAULT '',
    product_class  text NOT NULL DEFAULT '',
    path           text NOT NULL,
    PRIMARY KEY (name, root, oui, product_class)
);
COMMENT ON TABLE rule_setting IS 'Where a setting is found in the tree of a model, so that one rule serves them all.';
COMMENT ON COLUMN rule_setting.name IS 'The setting, such as wifi.ssid.1.';
COMMENT ON COLUMN rule_setting.root IS 'Devices with this root; empty: any.';
COMMENT ON COLUMN rule_setting.oui IS 'Only devices with this OUI; empty: any.';
COMMENT ON COLUMN rule_setting.product_class IS 'Only devices with this ProductClass; empty: any. Wins over the OUI, the OUI over neither.';
COMMENT ON COLUMN rule_setting.path IS 'The parameter.';
INSERT INTO rule_setting (name, root, path) VALUES
    ('inform.enable', 'Device.', 'Device.ManagementServer.PeriodicInformEnable'),
    ('inform.enable', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformEnable'),
    ('inform.interval', 'Device.', 'Device.ManagementServer.PeriodicInformInterval'),
    ('inform.interval', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformInterval'),
    ('inform.time', 'Device.', 'Device.ManagementServer.PeriodicInformTime'),
    ('inform.time', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.PeriodicInformTime'),
    ('wake.username', 'Device.', 'Device.ManagementServer.ConnectionRequestUsername'),
    ('wake.username', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.ConnectionRequestUsername'),
    ('wake.password', 'Device.', 'Device.ManagementServer.ConnectionRequestPassword'),
    ('wake.password', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.ConnectionRequestPassword'),
    ('provisioning.code', 'Device.', 'Device.DeviceInfo.ProvisioningCode'),
    ('provisioning.code', 'InternetGatewayDevice.', 'InternetGatewayDevice.DeviceInfo.ProvisioningCode'),
    ('wifi.ssid.1', 'Device.', 'Device.WiFi.SSID.1.SSID'),
    ('wifi.ssid.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.SSID'),
    ('wifi.enable.1', 'Device.', 'Device.WiFi.SSID.1.Enable'),
    ('wifi.enable.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.Enable'),
    ('wifi.passphrase.1', 'Device.', 'Device.WiFi.AccessPoint.1.Security.KeyPassphrase'),
    ('wifi.passphrase.1', 'InternetGatewayDevice.',
     'InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.KeyPassphrase'),
    ('ppp.username', 'Device.', 'Device.PPP.Interface.1.Username'),
    ('ppp.username', 'InternetGatewayDevice.',
     'InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Username'),
    ('ppp.password', 'Device.', 'Device.PPP.Interface.1.Password'),
    ('ppp.password', 'InternetGatewayDevice.',
     'InternetGatewayDevice.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1.Password'),
    ('time.zone', 'Device.', 'Device.Time.LocalTimeZone'),
    ('time.zone', 'InternetGatewayDevice.', 'InternetGatewayDevice.Time.LocalTimeZoneName'),
    ('time.server.1', 'Device.', 'Device.Time.NTPServer1'),
    ('time.server.1', 'InternetGatewayDevice.', 'InternetGatewayDevice.Time.NTPServer1');

-------------------------------------------------------------------------------------------------- what rules are made of

CREATE VIEW acs.setting AS SELECT name, root, oui, product_class, path FROM rule_setting;
COMMENT ON VIEW acs.setting IS 'Where a setting is found in the tree of a model. Rows may be added, changed and deleted.';

CREATE VIEW acs.promoted_parameter AS SELECT device_id, path_id, value, since FROM device_parameter;
COMMENT ON VIEW acs.promoted_parameter IS 'The copies of promoted parameters; never secrets. path_id is that of the table path.';

CREATE FUNCTION acs.setting(device_id bigint, name text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT s.path FROM rule_setting s JOIN device d ON d.device_id = $1
     WHERE s.name = $2 AND s.oui IN ('', d.oui) AND s.product_class IN ('', d.product_class)
       AND (s.root = '' OR acs.value($1, s.root || 'DeviceInfo.SoftwareVersion') IS NOT NULL)
     ORDER BY s.product_class <> '' DESC, s.oui <> '' DESC, s.root = 'Device.' DESC
     LIMIT 1
$$;
COMMENT ON FUNCTION acs.setting(bigint, text) IS
    'The parameter that holds a setting of a device; NULL when its model has none, or its root is not known yet.';

CREATE TYPE acs.action AS (kind text, path text, value text, type text);
COMMENT ON TYPE acs.action IS 'What a rule wants of a device; made by the functions of this schema only.';

CREATE FUNCTION acs.set_value(path text, value anycompatiblenonarray) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('set', $1, to_jsonb($2) #>> '{}', pg_typeof($2)::text)::acs.action$$;
COMMENT ON FUNCTION acs.set_value(text, anycompatiblenonarray) IS
    'The parameter shall have this value. NULL, as path or as value: the rule has no opinion.';

CREATE FUNCTION acs.ensure_instance(object text, keys text[], settings text[] DEFAULT '{}') RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('ensure', $1, jsonb_build_object('keys', jsonb_object($2), 'set', jsonb_object($3))::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.ensure_instance(text, text[], text[]) IS
    'The table shall have an instance with these values (name, value, name, value, ...), and it these others.';

CREATE FUNCTION acs.delete_instance(object text, keys text[]) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('delete', $1, jsonb_build_object('keys', jsonb_object($2))::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.delete_instance(text, text[]) IS 'The table shall have no instance with these values.';

CREATE FUNCTION acs.notify(path text, level integer) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('notify', $1, $2::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.notify(text, integer) IS 'The parameter''s notification attribute: 0 off, 1 passive, 2 active, ... (TR-069 A.3.2.4).';

CREATE FUNCTION acs.tag(name text, present boolean DEFAULT true) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('tag', $1, $2::text, '')::acs.action$$;
COMMENT ON FUNCTION acs.tag(text, boolean) IS 'The device shall have, or not have, this tag.';

CREATE FUNCTION acs.refresh(path text, key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('refresh', $1, '', coalesce($2, ''))::acs.action$$;
COMMENT ON FUNCTION acs.refresh(text, text) IS 'Reads what is at or below the path, once for each key.';

CREATE FUNCTION acs.reboot(key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('reboot', '', '', coalesce($1, ''))::acs.action$$;
COMMENT ON FUNCTION acs.reboot(text) IS 'Reboots the device, once for each key.';

CREATE FUNCTION acs.download(file text, key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('download', $1, '', coalesce($2, $1))::acs.action$$;
COMMENT ON FUNCTION acs.download(text, text) IS 'Has the device download the newest file of that name, once for each key (default: the name).';

CREATE FUNCTION acs.task(kind text, arguments text DEFAULT '{}', key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('task', $1, $2, coalesce($3, ''))::acs.action$$;
COMMENT ON FUNCTION acs.task(text, text, text) IS 'Makes a task as the API would, once for each key; the arguments are a JSON object.';

CREATE FUNCTION acs.emit(name text, detail text DEFAULT '{}', key text DEFAULT NULL) RETURNS acs.action
    LANGUAGE sql STABLE
AS $$SELECT row('emit', $1, $2, coalesce($3, ''))::acs.action$$;
COMMENT ON FUNCTION acs.emit(text, text, text) IS 'Records an event of the device, once for each key; the detail is a JSON object.';

CREATE FUNCTION acs.actions(action acs.action) RETURNS acs.action[]
    LANGUAGE sql IMMUTABLE
AS $$SELECT ARRAY[$1]$$;
COMMENT ON FUNCTION acs.actions(acs.action) IS 'One action as a list: the server reads what bodies give through it.';

CREATE FUNCTION acs.actions(actions acs.action[]) RETURNS acs.action[]
    LANGUAGE sql IMMUTABLE
AS $$SELECT $1$$;
COMMENT ON FUNCTION acs.actions(acs.action[]) IS 'A list of actions as it is.';

GRANT USAGE ON SCHEMA acs TO acs_rules;
GRANT SELECT ON acs.device, acs.parameter, acs.promoted_parameter TO acs_rules;
