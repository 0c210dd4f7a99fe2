-- rule: tariff-gold
-- priority: 210
-- # A layer above the tariff that everybody has.
SELECT device.id, acs.set_value('Device.QoS.Policer.1.CommittedRate', 1000000000)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
 WHERE s.tariff = 'gold'
