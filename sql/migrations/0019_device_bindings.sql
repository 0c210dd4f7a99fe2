SET LOCAL search_path = public;

CREATE INDEX connection_request_username ON connection_request_credential (username);

CREATE TABLE device_binding (
    device_id    bigint      NOT NULL,
    node         text        NOT NULL,
    address      text        NOT NULL,
    is_verified  boolean     NOT NULL,
    seen         timestamptz NOT NULL,
    PRIMARY KEY (device_id, node)
);
COMMENT ON TABLE device_binding IS 'Where STUN servers hear devices that wait for connection requests over UDP (TR-069 Annex G); written when it changes.';
COMMENT ON COLUMN device_binding.device_id IS 'The device.';
COMMENT ON COLUMN device_binding.node IS 'The configured name of the node: only its socket gets through NAT to the device.';
COMMENT ON COLUMN device_binding.address IS 'What NAT made of the device''s address: "192.0.2.7:40123", "[2001:db8::7]:40123".';
COMMENT ON COLUMN device_binding.is_verified IS 'The device signed for it; else it counts only if its Inform says the same.';
COMMENT ON COLUMN device_binding.seen IS 'When it became so; confirmed every six hours while the device is heard.';

INSERT INTO rule_setting (name, root, path) VALUES
    ('stun.enable', 'Device.', 'Device.ManagementServer.STUNEnable'),
    ('stun.enable', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNEnable'),
    ('stun.server', 'Device.', 'Device.ManagementServer.STUNServerAddress'),
    ('stun.server', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNServerAddress'),
    ('stun.port', 'Device.', 'Device.ManagementServer.STUNServerPort'),
    ('stun.port', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNServerPort'),
    ('stun.keepalive', 'Device.', 'Device.ManagementServer.STUNMinimumKeepAlivePeriod'),
    ('stun.keepalive', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNMinimumKeepAlivePeriod'),
    ('stun.username', 'Device.', 'Device.ManagementServer.STUNUsername'),
    ('stun.username', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNUsername'),
    ('stun.password', 'Device.', 'Device.ManagementServer.STUNPassword'),
    ('stun.password', 'InternetGatewayDevice.', 'InternetGatewayDevice.ManagementServer.STUNPassword')
    ON CONFLICT DO NOTHING;
