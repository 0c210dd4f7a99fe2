-- rule: pppoe-credentials
-- priority: 300
-- on: BOOTSTRAP, BOOT, VALUE CHANGE
SELECT device.id,
       acs.set_value(acs.setting(device.id, 'ppp.username'), s.pppoe_user),
       acs.set_value(acs.setting(device.id, 'ppp.password'), s.pppoe_password)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
