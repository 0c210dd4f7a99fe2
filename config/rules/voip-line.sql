-- rule: voip-line
-- when: device.product_class like 'HG-%'
-- # A subscriber without a number gets the line switched off.
SELECT device.id,
       acs.set_value('Device.Services.VoiceService.1.SIP.Client.1.AuthUserName', s.sip_user),
       acs.set_value('Device.Services.VoiceService.1.SIP.Client.1.AuthPassword', s.sip_password),
       acs.set_value('Device.Services.VoiceService.1.SIP.Client.1.Enable', s.sip_user IS NOT NULL)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
