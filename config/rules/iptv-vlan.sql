-- rule: iptv-vlan
-- # NULL is no opinion: who has no television keeps what is there.
SELECT device.id,
       acs.set_value('Device.Ethernet.VLANTermination.2.VLANID', s.iptv_vlan),
       acs.set_value('Device.Ethernet.VLANTermination.2.Enable', CASE WHEN s.iptv_vlan IS NOT NULL THEN true END)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
