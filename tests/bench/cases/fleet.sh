# The cost of a session must not depend on how many devices are known; and what they cost while they are silent.

# seeded_scenario COUNT SHARE SESSIONS: of COUNT devices of acs seed this share informs, so many sessions in all
seeded_scenario() {
    write_scenario "$1" "$seeded_fleet" "kind = \"periodic\"
share = $2
in_flight = 64
sessions = $3"
}
seeded_fleet='personas = ["dsl-gateway"]
oui = "00D09E"
serial_prefix = "SEED"
serial_digits = 8'

share_of() { awk "BEGIN { print 10000 / $1 }"; }

seed() {  # seed DEVICES TREES
    "$build/bin/acs" seed --config "$work/acs.toml" --devices "$1" --trees "$2" --product-class HN-7490 2>/dev/null
    psql -X -q -d "$database" -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
}

known_devices() {  # known_devices COUNT [OTHER]: minimal sessions of 10,000 devices of so many, compared with the other case
    local load
    start_server off
    seed "$1" $(($1 / 20)) | sed "s/^{/{\"case\":\"stored by acs seed, $1 devices\",/"
    use_load
    seeded_scenario "$1" "$(share_of "$1")" 10000  # what they tell is known afterwards
    "${generator[@]}" "${load[@]}" >/dev/null
    seeded_scenario "$1" "$(share_of "$1")" 20000
    in_turn known_round "$@"
    stop_server
}
known_round() {  # known_round COUNT [OTHER]
    local other=()
    [ $# = 1 ] || other=(--ratio-to "minimal session, $2 known devices")
    cost "minimal session, $1 known devices" "${other[@]}" "${load[@]}"
}

bench_fleet() {
    known_devices 10000 >"$work/rounds"
    known_devices 1000000 10000 >>"$work/rounds"
    "$top/tests/bench/median" <"$work/rounds"
}

bench_idle() {  # memory of idle TLS connections in the whole server
    start_server off
    "${generator[@]}" "$top/tests/bench/idle-connections" 127.0.0.1 "$tls" "$work/tls/ca.crt" "$acs_pid" 10000
    stop_server
}
