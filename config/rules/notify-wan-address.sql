-- rule: notify-wan-address
-- on: BOOTSTRAP, BOOT
-- when: device.product_class = 'HG-1000'
SELECT device.id, acs.notify('Device.IP.Interface.1.IPv4Address.1.IPAddress', 2)
  FROM acs.device
