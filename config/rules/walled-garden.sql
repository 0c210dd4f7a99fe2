-- rule: walled-garden
-- priority: 900
-- # Above every tariff: who has not paid sees one page.
SELECT device.id,
       acs.set_value('Device.QoS.Policer.1.CommittedRate', 1000000),
       acs.set_value('Device.DNS.Client.Server.1.DNSServer', '192.0.2.53'),
       acs.tag('walled')
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
 WHERE NOT s.paid
