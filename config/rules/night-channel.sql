-- rule: night-channel
-- max-age: 30m
-- # Between two and four in the morning only, in the time zone of the operator.
SELECT device.id, acs.set_value('Device.WiFi.Radio.1.AutoChannelEnable', true)
  FROM acs.device
 WHERE extract(hour FROM now() AT TIME ZONE 'Europe/Berlin') BETWEEN 2 AND 3
