# What rules cost a session: the one whose device has nothing to be evaluated, and the one that is evaluated.

# write_rules COUNT MATCHING: rules over a column and a parameter; so many of them hold for every device of the fleet
write_rules() {
    local i when
    rm -rf "$work/rules" && mkdir -p "$work/rules"
    for i in $(seq "$1"); do
        when="device.product_class = 'none-$i' or value('InternetGatewayDevice.DeviceInfo.SoftwareVersion') = 'none-$i'"
        [ "$i" -gt "$2" ] || when="device.product_class <> 'none-$i'"
        printf -- "-- rule: r%s\n-- when: %s\nSELECT device.id, acs.tag('bench') FROM acs.device\n" "$i" "$when" >"$work/rules/r$i.sql"
    done
}

apply_bench_rules() {  # apply_bench_rules COUNT MATCHING: in force, and known to the server
    write_rules "$@"
    "$build/bin/acsctl" --server "http://127.0.0.1:$api" --token "$api_token" rules apply "$work/rules" --reason bench >/dev/null
    until [ "$(query "SELECT s.epoch = r.epoch AND s.position IS NULL FROM public.rule_sweep s, public.rule_set r")" = t ]; do
        sleep 0.5
    done
}

rules_round() {  # rules_round NAME: every device evaluated once, then once more with nothing to be evaluated
    query "UPDATE public.device_contact SET rules_epoch = -1" && query "VACUUM public.device_contact"
    cost "$1, evaluated" --ratio-to "no rules" "${load[@]}"
    cost "$1, nothing changed" --ratio-to "no rules" "${load[@]}"
}
no_rules_round() { cost "no rules" "${load[@]}"; }

bench_rules() {
    local load count
    start_server off
    seed 10000 500 >/dev/null
    query "UPDATE public.device SET tags = '{bench}'"
    use_load
    seeded_scenario 10000 1 10000
    "${generator[@]}" "${load[@]}" >/dev/null  # what they tell is known afterwards
    query "ANALYZE"                            # as autovacuum does within a minute
    in_turn no_rules_round >"$work/rounds"
    for count in 10 100 1000; do
        apply_bench_rules "$count" 0
        in_turn rules_round "$count rules" >>"$work/rounds"
    done
    apply_bench_rules 10 10
    in_turn rules_round "10 rules that all match" >>"$work/rounds"
    "$top/tests/bench/median" <"$work/rounds"
    stop_server
}
