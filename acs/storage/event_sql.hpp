#pragma once

// Events that the server makes are written by the statement that makes them true: both are there, or neither. docs/
// events.md says what each carries. A part of a statement that inserts them reads the rows that another part changed.

/// Events of tasks that have just ended; `source` is a set with the columns ACS_ENDED_TASK. `places` is the number of
/// events that another part of the statement writes, for their ids must differ. A task's own id is as old as the task:
/// an event of that name would look older than what is kept.
#define ACS_TASK_EVENTS_BEHIND(places, source)                                                                         \
    "INSERT INTO event (at, device_id, event_id, kind, detail)"                                                        \
    " SELECT now(), e.device_id, event_number(" places                                                                 \
    " + row_number() OVER (ORDER BY e.task_id)), 'task.' || e.state, jsonb_strip_nulls(jsonb_build_object("            \
    "'task', e.task_id::text, 'task_kind', e.kind, 'origin', e.origin, 'fault_code', e.fault_code,"                    \
    " 'fault_text', nullif(e.fault_text, ''))) FROM " source " e"
#define ACS_TASK_EVENTS(source) ACS_TASK_EVENTS_BEHIND("0", source)
#define ACS_ENDED_TASK(t)                                                                                              \
    t ".device_id, " t ".task_id, " t ".state, " t ".kind, " t ".origin, " t ".fault_code, " t ".fault_text"

/// A whole statement around an UPDATE of task that ends some of them, without RETURNING; it gives a row for each.
#define ACS_END_TASKS(update)                                                                                          \
    "WITH ended AS (" update                                                                                           \
    " RETURNING " ACS_ENDED_TASK("task") "), told AS (" ACS_TASK_EVENTS("ended") ") SELECT 1 FROM ended"

/// Events of devices that came into another state; `source` is a set with the columns device_id, state (the new one)
/// and former.
#define ACS_STATE_EVENTS(source)                                                                                       \
    "INSERT INTO event (at, device_id, event_id, kind, detail)"                                                        \
    " SELECT now(), e.device_id, event_number(row_number() OVER ()),"                                                  \
    " CASE e.state WHEN 'active' THEN 'device.enrolled' ELSE 'device.' || e.state END,"                                \
    " jsonb_build_object('from', e.former) FROM " source " e"

/// Events of another kind, one for each row of `source`; `detail` is an expression over its columns.
#define ACS_DEVICE_EVENTS(kind, detail, source)                                                                        \
    "INSERT INTO event (at, device_id, event_id, kind, detail)"                                                        \
    " SELECT now(), e.device_id, event_number(row_number() OVER ()), '" kind "', " detail " FROM " source " e"
