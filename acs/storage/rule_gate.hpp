#pragma once

/// How a row `c` of device_contact is marked, so that its next Inform has the rules evaluated: SET this WHERE that.
/// That its newest Inform is still to be evaluated (0, see domain::KnownDevice::rules_epoch) is not forgotten; who is
/// marked already stays as he is.
#define ACS_GATE_MARKED "rules_epoch = CASE c.rules_epoch WHEN 0 THEN -2 ELSE -1 END"
#define ACS_GATE_UNMARKED "c.rules_epoch >= 0"
