SET LOCAL search_path = public;

CREATE TABLE session (
    session_id  bigint      NOT NULL,
    device_id   bigint      NOT NULL,
    started     timestamptz NOT NULL,
    ended       timestamptz NOT NULL,
    bytes_in    bigint      NOT NULL,
    bytes_out   bigint      NOT NULL,
    rpcs        integer     NOT NULL,
    requests    integer     NOT NULL,
    faults      integer     NOT NULL,
    tasks       integer     NOT NULL,
    is_tls      boolean     NOT NULL,
    node        text        NOT NULL,
    address     text        NOT NULL,
    events      text[]      NOT NULL,
    failure     text,
    PRIMARY KEY (device_id, started, session_id)
) PARTITION BY RANGE (started);
COMMENT ON TABLE session IS
    'Sessions that are over, a partition per day; written some seconds later. Those that did nothing (2 PERIODIC alone, no RPC, '
    'no request of the CPE, no failure) are only counted.';
COMMENT ON COLUMN session.session_id IS 'Made by the node; ascending in time.';
COMMENT ON COLUMN session.device_id IS 'The device.';
COMMENT ON COLUMN session.started IS 'When its Inform came.';
COMMENT ON COLUMN session.ended IS 'When it was over.';
COMMENT ON COLUMN session.bytes_in IS 'Of messages of the CPE.';
COMMENT ON COLUMN session.bytes_out IS 'Of messages of ours.';
COMMENT ON COLUMN session.rpcs IS 'RPCs of ours.';
COMMENT ON COLUMN session.requests IS 'Requests of the CPE, the Inform not counted.';
COMMENT ON COLUMN session.faults IS 'Faults that our RPCs were answered with.';
COMMENT ON COLUMN session.tasks IS 'Tasks that were done in it.';
COMMENT ON COLUMN session.is_tls IS 'The CPE reached us by TLS.';
COMMENT ON COLUMN session.node IS 'Name of the node where it ended.';
COMMENT ON COLUMN session.address IS 'Where its Inform came from, or empty.';
COMMENT ON COLUMN session.events IS 'Event codes of its Inform.';
COMMENT ON COLUMN session.failure IS 'Why it came to no good end, in words; NULL: both sides had said all.';
CREATE INDEX session_newest ON session (session_id);
CREATE INDEX session_failed ON session (session_id) WHERE failure IS NOT NULL;

CREATE OR REPLACE FUNCTION make_partitions(first date, days integer) RETURNS integer
    LANGUAGE plpgsql
AS $$
DECLARE
    parent text;
    day date;
    name text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['event', 'parameter_sample', 'session'] LOOP
        FOR day IN SELECT first + n FROM generate_series(0, days - 1) n LOOP
            name := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(format('public.%I', name)) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', name, parent);
            EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', parent, name,
                           day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00');
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION make_partitions(date, integer) IS
    'Makes the daily partitions of event, parameter_sample and session that are missing from a day (UTC) on; gives how many it made.';

CREATE UNLOGGED TABLE open_session (
    session_id   bigint      NOT NULL,
    device_id    bigint      NOT NULL,
    started      timestamptz NOT NULL,
    told_at      timestamptz NOT NULL DEFAULT now(),
    bytes_in     bigint      NOT NULL,
    bytes_out    bigint      NOT NULL,
    rpcs         integer     NOT NULL,
    requests     integer     NOT NULL,
    faults       integer     NOT NULL,
    tasks        integer     NOT NULL,
    is_tls       boolean     NOT NULL,
    node         text        NOT NULL,
    address      text        NOT NULL,
    events       text[]      NOT NULL,
    state        text        NOT NULL,
    outstanding  text        NOT NULL,
    PRIMARY KEY (node, session_id)
);
COMMENT ON TABLE open_session IS
    'Sessions that have been open for some seconds, as each node tells the others every two seconds; empty while there is one node.';
COMMENT ON COLUMN open_session.session_id IS 'As in session.';
COMMENT ON COLUMN open_session.device_id IS 'The device.';
COMMENT ON COLUMN open_session.started IS 'When its Inform came.';
COMMENT ON COLUMN open_session.told_at IS 'When the node told this; old rows count no more.';
COMMENT ON COLUMN open_session.bytes_in IS 'Of messages of the CPE.';
COMMENT ON COLUMN open_session.bytes_out IS 'Of messages of ours.';
COMMENT ON COLUMN open_session.rpcs IS 'RPCs of ours.';
COMMENT ON COLUMN open_session.requests IS 'Requests of the CPE, the Inform not counted.';
COMMENT ON COLUMN open_session.faults IS 'Faults that our RPCs were answered with.';
COMMENT ON COLUMN open_session.tasks IS 'Tasks that were done in it.';
COMMENT ON COLUMN open_session.is_tls IS 'The CPE reached us by TLS.';
COMMENT ON COLUMN open_session.node IS 'Name of the node that has it.';
COMMENT ON COLUMN open_session.address IS 'Where its Inform came from, or empty.';
COMMENT ON COLUMN open_session.events IS 'Event codes of its Inform.';
COMMENT ON COLUMN open_session.state IS 'answering, waiting or away.';
COMMENT ON COLUMN open_session.outstanding IS 'Method of the RPC whose answer is due, or empty.';
