-- rule: port-mappings
-- # One instance for each row: found by its key columns, made when it is missing, deleted when it is no longer wanted.
SELECT device.id,
       CASE WHEN p.wanted THEN
           acs.ensure_instance('Device.NAT.PortMapping.',
                               ARRAY['ExternalPort', p.external::text, 'Protocol', p.protocol],
                               ARRAY['InternalPort', p.internal::text, 'InternalClient', p.client, 'Enable', 'true'])
       ELSE
           acs.delete_instance('Device.NAT.PortMapping.',
                               ARRAY['ExternalPort', p.external::text, 'Protocol', p.protocol])
       END
  FROM acs.device JOIN crm.port p ON p.serial = device.serial_number
