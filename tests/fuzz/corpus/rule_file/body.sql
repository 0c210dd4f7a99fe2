-- rule: wifi-from-crm
-- priority: 200
-- on: BOOTSTRAP, BOOT, PERIODIC
-- when: device.product_class = 'HG-1000'
--       and 'residential' = any(device.tags)
WITH s AS (SELECT serial, max(ssid) AS ssid FROM crm.subscriber GROUP BY serial)
SELECT device.id, acs.set_value('Device.WiFi.SSID.1.SSID', s.ssid)
  FROM acs.device JOIN s ON s.serial = device.serial_number
UNION ALL SELECT device.id, acs.reboot() FROM acs.device
