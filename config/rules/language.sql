-- rule: language
-- # The best of several sources: the subscriber's own choice, else that of his country.
WITH chosen AS (
    SELECT s.serial, coalesce(s.language, CASE WHEN s.tariff = 'silver' THEN 'en' END) AS language FROM crm.subscriber s
)
SELECT device.id, acs.set_value('Device.UserInterface.CurrentLanguage', chosen.language)
  FROM acs.device JOIN chosen ON chosen.serial = device.serial_number
