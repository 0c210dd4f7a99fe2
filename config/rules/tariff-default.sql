-- rule: tariff-default
-- priority: 110
SELECT device.id, acs.set_value('Device.QoS.Policer.1.CommittedRate', 100000000)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
