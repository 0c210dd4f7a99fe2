-- rule: rma-swap
-- priority: 250
-- on: BOOTSTRAP, BOOT
-- # The settings belong to the subscriber, not to the box: whichever device serves him now gets them, of any vendor.
SELECT device.id,
       acs.set_value(acs.setting(device.id, 'wifi.ssid.1'), s.ssid),
       acs.set_value(acs.setting(device.id, 'ppp.username'), s.pppoe_user)
  FROM acs.device JOIN crm.subscriber s ON split_part(s.pppoe_user, '@', 1) = device.subscriber
