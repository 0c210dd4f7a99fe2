# What takes long: clients that never come to the point, storms with kills, half an hour of a fleet's day.

# story CASE VARIABLE=VALUE... SCRIPT: a script of tests/e2e, on all cores; each JSON object that it prints gets the case.
# Fails when it does.
story() {
    local name=$1 status=0; shift
    taskset -c "0-$(($(nproc --all) - 1))" env "${@:1:$#-1}" "$top/tests/e2e/${!#}" "$build/bin" >"$work/story.log" || status=$?
    sed -n "s/^{/{\"case\":\"$name\",/p" "$work/story.log"
    [ $status = 0 ] || { cat "$work/story.log" >&2; return $status; }
}

bench_slow() { story "2,000 slow clients beside 100 sessions a second" SLOW_CLIENTS=2000 SLOW_SECONDS=70 SLOW_RATE=100 slow-clients; }

bench_slowloris() {
    story "500 slowloris clients for ten minutes beside 100 sessions a second" SLOW_CLIENTS=500 SLOW_SECONDS=600 SLOW_RATE=100 \
        SLOW_ALONE=60 slow-clients
}

bench_series() {  # each storm proves its ledger; all are played, whatever becomes of one
    local seed seeds=${ACS_BENCH_SEEDS:-10} bad=0 ledger
    for seed in $(seq "$seeds"); do
        ledger=holds
        story storm STORM_DEVICES=20000 STORM_SECONDS=10 STORM_KILLS=2 STORM_RESTARTS=1 STORM_SEED="$seed" storm >"$work/storm.json" ||
            { ledger="DOES NOT HOLD"; bad=$((bad + 1)); }
        verdict "$seed" "$ledger" <"$work/storm.json"
    done
    [ $bad = 0 ] || { echo "$bad of $seeds ledgers do not hold" >&2; exit 1; }
}

verdict() {  # verdict SEED LEDGER: one line out of those of a storm
    python3 -c '
import json, sys
told = {}
for line in sys.stdin:
    told |= json.loads(line)
print(json.dumps({"case": "20,000 boots within 10 s, acs killed twice, PostgreSQL restarted once", "seed": int(sys.argv[1]),
                  "ledger": sys.argv[2]} |
                 {key: told.get(key) for key in ("sessions", "failed", "retries", "informs", "redelivered", "missing",
                                                 "unmarked", "repeated", "seconds")}), flush=True)' "$@"
}

bench_storm() {
    story "storm of 200,000 boots over TLS, and a person who asks meanwhile" STORM_DEVICES=200000 STORM_SECONDS=60 STORM_KILLS=0 \
        STORM_SCHEME=https STORM_ASK=yes storm
}

soak_phase() { printf '[[phase]]\nkind = "%s"\nrate = %s\nduration = %s\n' "$1" "$2" "$seconds"; }

bench_soak() {  # memory, tables and latency must not grow
    local turns=${ACS_BENCH_SOAK_TURNS:-6} seconds=${ACS_BENCH_SOAK_SECONDS:-300} turn load
    start_server off
    seed 50000 2000 >/dev/null
    write_scenario 50000 "$seeded_fleet" "kind = \"periodic\"
rate = 250
duration = $seconds"
    { soak_phase value_change 50; soak_phase storm 10; } >>"$work/load.toml"
    use_load
    for turn in $(seq "$turns"); do
        "${generator[@]}" "${load[@]}" --seed "$turn" >"$work/load.json" 2>"$work/sim.log" || { cat "$work/sim.log" "$work/load.json" >&2; exit 1; }
        soak_turn "$turn" "$(query "SELECT sum(pg_total_relation_size(oid)) FROM pg_class
            WHERE relkind = 'r' AND relname ~ '^(device|path|task|cwmp_session)'")"
    done
    stop_server
}

soak_turn() {  # soak_turn TURN TABLE-BYTES
    python3 - "$work/load.json" "$1" "$acs_pid" "$2" <<'END'
import json, sys
load = json.load(open(sys.argv[1]))
resident = next(int(line.split()[1]) for line in open(f"/proc/{sys.argv[3]}/status") if line.startswith("VmRSS"))
print(json.dumps({"case": "soak", "turn": int(sys.argv[2]), "sessions": load["sessions"], "failed": load["failed"],
                  "acs_resident_kb": resident, "device_tables_bytes": int(sys.argv[4]),
                  "inform_p99_ms": load["milliseconds"]["inform"]["p99"]}), flush=True)
END
}
