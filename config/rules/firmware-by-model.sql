-- rule: firmware-by-model
-- on: BOOT, PERIODIC
-- min-interval: 1d
-- budget: 500
-- # The newest firmware of each model is a row; the key makes it one download for each version.
SELECT device.id, acs.download(f.file, f.version)
  FROM acs.device JOIN crm.firmware f ON f.product_class = device.product_class
 WHERE device.software_version <> f.version
