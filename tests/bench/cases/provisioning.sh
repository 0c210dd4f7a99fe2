# What gateways cost that have something to say: first contacts, and tasks for those that are known. 64 at once.

# fleet_scenario PERSONA NAME DEVICES KIND: each device of that fleet informs once, for that reason
fleet_scenario() {
    write_scenario "$3" "personas = [\"$1\"]
devices = \"whole\"
serial_prefix = \"$2\"" "kind = \"$4\"
in_flight = 64
sessions = $3"
    use_load
}

new_devices() {  # new_devices PERSONA NAME DEVICES: they are there, and discovered
    local load
    fleet_scenario "$1" "$2" "$3" first_contact
    "${generator[@]}" "${load[@]}" >/dev/null
    check_finished
}

check_finished() {
    local open tries
    for tries in $(seq 50); do
        open=$(query "SELECT count(*) FROM task WHERE state <> 'done'")
        [ "$open" != 0 ] || return 0
        sleep 0.1
    done
    echo "$open tasks did not come to their end" >&2
    exit 1
}

contact_round() {  # new devices of each persona are read whole and stored
    local persona devices load
    for persona in dsl-gateway fibre-gateway set-top-box; do
        devices=256
        [ $persona != fibre-gateway ] || devices=128
        fleet_scenario $persona "FIRST$round" $devices first_contact
        cost "first contact of a $persona" --unit device --units $devices "${load[@]}"
        check_finished
    done
}

bench_contact() {
    start_server full
    new_devices dsl-gateway WARM 256
    stored_bytes "a dsl-gateway"
    new_devices fibre-gateway WARM 16  # the names of a new model's parameters are stored once
    new_devices set-top-box WARM 16
    repeated contact_round
    stop_server
}

# SQL: of one device_tree row, how many of its places are parameters; the others are objects
parameters_of_tree='(SELECT count(*) FROM generate_series(1, cardinality(path_ids)) AS i WHERE get_byte(flags, (2 * i - 2)::int) & 2 > 0)'

stored_bytes() {  # stored_bytes OF
    query VACUUM
    query "SELECT json_build_object('case', 'stored bytes of $1', 'parameters',
        (SELECT sum($parameters_of_tree)::bigint FROM device_tree) / count(*),
        'promoted', (SELECT count(*) FROM device_parameter) / count(*), 'bytes', (SELECT sum(pg_total_relation_size(oid))
        FROM pg_class WHERE relkind = 'r' AND relname ~ '^(device|credential|task|cwmp_session)')::bigint / count(*),
        'tree_bytes', pg_total_relation_size('device_tree') / count(*)) FROM public.device"
}

tasks_devices=256

# order NAME TASK: for every device of that fleet
order() {
    query "SELECT oui || '-' || replace(product_class, '-', '%2D') || '-' || serial_number FROM acs.device WHERE serial_number LIKE '$1%'" >"$work/ids"
    [ "$(wc -l <"$work/ids")" = $tasks_devices ] || { echo "there are not $tasks_devices devices $1" >&2; exit 1; }
    "$top/tests/bench/order" "http://127.0.0.1:$api" "$api_token" "$2" <"$work/ids"
}

task_round() {
    local load
    forget_values REFRESHED
    order REFRESHED '{"kind":"refresh"}'
    fleet_scenario dsl-gateway REFRESHED $tasks_devices periodic
    cost "refresh of a dsl-gateway, 3 % changed" --unit device --units $tasks_devices "${load[@]}"
    check_finished
    changed_share REFRESHED
    order WRITTEN "{\"kind\":\"set\",\"values\":{$(ten_values)}}"
    fleet_scenario dsl-gateway WRITTEN $tasks_devices periodic
    cost "set of 10 parameters" --unit device --units $tasks_devices "${load[@]}"
    check_finished
}

forget_values() {  # forget_values NAME: 3 % of what is known of that fleet's devices is not what they will tell
    began=$(date +%s)
    query "UPDATE device_tree AS tree SET values = (SELECT array_agg(CASE
            WHEN i % 53 = 0 AND value <> '' AND get_byte(tree.flags, (2 * i - 2)::int) & 130 = 2 THEN value || 'x'
            ELSE value END ORDER BY i) FROM unnest(tree.values) WITH ORDINALITY AS known(value, i))
        WHERE device_id IN (SELECT device_id FROM public.device WHERE serial_number LIKE '$1%')"
}

changed_share() {  # changed_share NAME: what the refresh found changed
    query "SELECT json_build_object('case', 'share of parameters that the refresh found changed', 'percent', round(100.0 *
        sum((SELECT count(*) FROM unnest(changed) AS at WHERE at >= $began)) / sum($parameters_of_tree), 1))
        FROM device_tree WHERE device_id IN (SELECT device_id FROM public.device WHERE serial_number LIKE '$1%')"
}

ten_values() {
    local name values=()
    for name in Time.NTPServer{1,2,3,4,5} Time.LocalTimeZoneName UserInterface.ISPName UserInterface.ISPHelpDesk \
        ManagementServer.STUNServerAddress ManagementServer.STUNUsername; do
        values+=("\"InternetGatewayDevice.$name\":\"round-$round\"")
    done
    (IFS=,; echo "${values[*]}")
}

bench_tasks() {
    start_server full
    new_devices dsl-gateway REFRESHED $tasks_devices
    new_devices dsl-gateway WRITTEN $tasks_devices
    repeated task_round
    stop_server
}
