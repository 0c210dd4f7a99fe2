-- rule: weekly-reboot
-- min-interval: 7d
-- budget: 100
-- when: device.last_boot < now() - interval '30 days'
SELECT device.id, acs.reboot()
  FROM acs.device
