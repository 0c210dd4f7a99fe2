-- rule: wifi-from-crm
-- priority: 200
-- on: BOOTSTRAP, BOOT, PERIODIC
-- when: 'residential' = any(device.tags)
-- # One rule for TR-098 and TR-181 devices: acs.setting() knows the path of each.
SELECT device.id,
       acs.set_value(acs.setting(device.id, 'wifi.ssid.1'), s.ssid),
       acs.set_value(acs.setting(device.id, 'wifi.passphrase.1'), s.passphrase)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
