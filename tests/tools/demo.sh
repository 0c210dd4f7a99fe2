# ./run demo: a private database, the server, a fleet of simulated devices. Sourced by ./run.

# Tests set ACS_DEMO_BIN (programs that are built already: then the ports are any free ones) and ACS_DEMO_DIR (a folder
# of their own).
demo_dir=${ACS_DEMO_DIR:-var/demo}
case $demo_dir in /*) demo_path=$demo_dir ;; *) demo_path=$top/$demo_dir ;; esac
demo_pids=()

free_port() {  # free_port FIRST: the first TCP port from FIRST on that nobody listens on
    local port=$1
    while (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null; do port=$((port + 1)); done
    echo "$port"
}

# take_ports: twenty TCP ports on the loopback that nobody listens on, the first in `ports`; no other story has them until
# this shell and what it started have ended. ACS_TEST_PORTS (20000 to 31900) names where to look first.
take_ports() {
    local blocks=120 try block
    local first=$(((${ACS_TEST_PORTS:-$((20000 + RANDOM % blocks * 100))} - 20000) / 100))
    for try in $(seq 0 $((blocks - 1))); do
        block=$(((first + try) % blocks))
        ports=$((20000 + block * 100))
        exec {ports_lock}>"/tmp/acs-ports.$block.lock" || continue
        flock -n "$ports_lock" && are_free "$ports" && return 0
        exec {ports_lock}>&-
    done
    echo "no block of free ports between 20000 and 32000" >&2
    return 1
}

are_free() {  # are_free FIRST: nobody listens on the twenty ports from FIRST on
    local port
    for port in $(seq "$1" $(($1 + 19))); do [ "$(free_port "$port")" = "$port" ] || return 1; done
}

# demo_ports FIRST: what write_demo_config listens on.
demo_ports() {
    cwmp_port=$1 plain_port=$(($1 + 1)) api_port=$(($1 + 2)) monitor_port=$(($1 + 3))
    files_port=$(($1 + 4)) files_plain_port=$(($1 + 5))
}

make_demo_certificates() {  # a CA and, signed by it, an ECDSA and an RSA certificate for localhost
    local dir=$1 kind
    mkdir -p "$dir"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=ACS demo CA" \
        -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
    for kind in ecdsa rsa; do
        local key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256)
        [ $kind = rsa ] && key=(-newkey rsa:2048)
        openssl req "${key[@]}" -nodes -subj "/CN=localhost" -keyout "$dir/$kind.key" -out "$dir/$kind.csr" 2>/dev/null
        openssl x509 -req -in "$dir/$kind.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
            -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1") -out "$dir/$kind.crt" 2>/dev/null
    done
}

write_demo_config() {
    local auth=digest
    [ "$demo_open" = yes ] && auth=none
    cat >"$demo_dir/acs.toml" <<END
node = "demo"
[database]
url = "$demo_database"
[secrets]
key_file = "$demo_dir/secrets.key"
[[tls.certificate]]
chain = "$demo_dir/tls/ecdsa.crt"
key = "$demo_dir/tls/ecdsa.key"
[[tls.certificate]]
chain = "$demo_dir/tls/rsa.crt"
key = "$demo_dir/tls/rsa.key"
[[cwmp.listener]]
name = "cwmp"
address = "127.0.0.1"
port = $cwmp_port
max_connections_per_source = 100000  # the whole fleet comes from here
auth = "$auth"
enrol = "open"
[[cwmp.listener]]
name = "cwmp-plain"
address = "127.0.0.1"
port = $plain_port
max_connections_per_source = 100000
tls = false
auth = "$auth"
enrol = "open"
[[cwmp.bootstrap]]
username = "$demo_user"
password = "$demo_password"
[enrolment]
after_reset = "same_address"
[files]
directory = "$demo_dir/files"
base_url_https = "https://127.0.0.1:$files_port"
base_url_http = "http://127.0.0.1:$files_plain_port"
[[files.listener]]
name = "files"
address = "127.0.0.1"
port = $files_port
[[files.listener]]
name = "files-plain"
address = "127.0.0.1"
port = $files_plain_port
tls = false
[api]
token_file = "$demo_dir/api.token"
[[api.listener]]
name = "api"
address = "127.0.0.1"
port = $api_port
tls = false
[monitor]
port = $monitor_port
[wakeup]
allowed_networks = ["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
END
}

demo_stop() {
    trap - EXIT INT TERM
    rm -f "$demo_dir/demo.json"
    local pid tries
    for pid in "${demo_pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${demo_pids[@]}"; do
        for tries in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    pg_stop
}

demo_query() { psql -X -q -A -t -d "$demo_database" -c "$1"; }
demo_ctl() { "$bin/acsctl" --server "http://127.0.0.1:$api_port" --token "$demo_token" "$@"; }

wait_until() {  # wait_until SECONDS WHAT QUERY WANTED: until the query's answer is WANTED; shows the count as it grows
    local limit=$1 what=$2 query=$3 wanted=$4 now last=
    local end=$((SECONDS + limit))
    while :; do
        now=$(demo_query "$query")
        [ "$now" != "$last" ] && say "$what: $now of $wanted"
        last=$now
        [ "$now" -ge "$wanted" ] && return 0
        [ $SECONDS -ge $end ] && { echo "after $limit s only $now of $wanted: $what; see $demo_dir/acs.log" >&2; return 1; }
        kill -0 "$acs_pid" 2>/dev/null || { tail -n 20 "$demo_dir/acs.log" >&2; echo "the server has ended" >&2; return 1; }
        sleep 0.5
    done
}

start_servers() {
    say "starting PostgreSQL (private, under $demo_dir)"
    pg_start "$demo_path/pg" || return 1
    psql -X -q -d "$pg_url" -c 'CREATE DATABASE acs' || return 1
    demo_database=${pg_url/postgresql:\/\/\/postgres/postgresql:\/\/\/acs}
    write_demo_config
    say "migrating the database"
    "$bin/acs" migrate --config "$demo_dir/acs.toml" >"$demo_dir/migrate.log" 2>&1 || { cat "$demo_dir/migrate.log" >&2; return 1; }
    say "starting the server"
    "$bin/acs" serve --config "$demo_dir/acs.toml" >"$demo_dir/acs.log" 2>&1 &
    acs_pid=$!
    demo_pids+=("$acs_pid")
    local tries
    for tries in $(seq 1 100); do
        curl -sf "http://127.0.0.1:$monitor_port/readyz" >/dev/null && break
        kill -0 "$acs_pid" 2>/dev/null || { cat "$demo_dir/acs.log" >&2; return 1; }
        sleep 0.1
    done
    curl -sf "http://127.0.0.1:$monitor_port/readyz" >/dev/null || { tail "$demo_dir/acs.log" >&2; return 1; }
}

start_fleet() {
    [ "$demo_devices" -gt 0 ] || return 0
    say "starting $demo_devices simulated devices"
    local login=(--username "$demo_user" --password "$demo_password")
    "$bin/cpe-sim" run --persona dsl-gateway,fibre-gateway,set-top-box --count "$demo_devices" \
        --acs "https://127.0.0.1:$cwmp_port/" --ca "$demo_dir/tls/ca.crt" "${login[@]}" \
        --inform-interval 15 --boot-time 2 --ramp 2 --json >"$demo_dir/sim.json" 2>"$demo_dir/sim.log" &
    demo_pids+=($!)
}

write_demo_json() {
    cat >"$demo_dir/demo.json.new" <<END
{"cwmp":"https://127.0.0.1:$cwmp_port/","cwmp_plain":"http://127.0.0.1:$plain_port/","api":"http://127.0.0.1:$api_port","files":"https://127.0.0.1:$files_port","token":"$demo_token","database_url":"$demo_database","ca":"$demo_path/tls/ca.crt","pids":{"acs":$acs_pid,"postgres":$pg_pid}}
END
    mv "$demo_dir/demo.json.new" "$demo_dir/demo.json"
}

make_subscribers() {  # what an ISP has: a table of its own with one row for each subscriber
    demo_query "CREATE SCHEMA crm;
        CREATE TABLE crm.subscriber (serial text PRIMARY KEY, ssid text, passphrase text);
        INSERT INTO crm.subscriber SELECT serial_number,
            CASE WHEN has_wifi THEN 'Home of ' || serial_number END,
            CASE WHEN has_wifi THEN 'wifi-' || substr(md5(random()::text), 1, 12) END FROM acs.device d CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM acs.parameter p
                WHERE p.device_id = d.id AND p.path = acs.setting(d.id, 'wifi.ssid.1')) AS has_wifi) w;
        GRANT USAGE ON SCHEMA crm TO acs_rules;
        GRANT SELECT ON crm.subscriber TO acs_rules;"
}

write_demo_rules() {
    mkdir -p "$demo_dir/rules"
    cat >"$demo_dir/rules/wifi.sql" <<'END'
-- rule: wifi
-- # NULL is no opinion: who has no Wi-Fi keeps what is there. acs.setting() knows the path of each data model.
SELECT device.id,
       acs.set_value(acs.setting(device.id, 'wifi.ssid.1'), s.ssid),
       acs.set_value(acs.setting(device.id, 'wifi.passphrase.1'), s.passphrase)
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
 WHERE s.ssid IS NOT NULL
END
    cat >"$demo_dir/rules/subscribed.sql" <<'END'
-- rule: subscribed
-- priority: 400
-- # Who has a subscriber is marked so. The logins of devices are no matter of rules: the server gives each its own.
SELECT device.id, acs.set_value(acs.setting(device.id, 'provisioning.code'), 'demo')
  FROM acs.device JOIN crm.subscriber s ON s.serial = device.serial_number
END
}

apply_rules() {  # rules over the subscribers; each device gets what they want when it next informs
    say "the subscribers' table crm.subscriber, and rules over it in $demo_dir/rules"
    make_subscribers && write_demo_rules || return 1
    say "acsctl rules preview: what they would do, before they do it"
    demo_ctl rules preview "$demo_dir/rules" >&2 || return 1
    demo_ctl rules apply "$demo_dir/rules" --reason "the demo" >&2 || return 1
}

upgrade_one() {  # a Download of a firmware image to the first gateway
    local id
    id=$(demo_query "SELECT oui || '-' || replace(product_class, '-', '%2D') || '-' || replace(serial_number, '-', '%2D') FROM acs.device ORDER BY product_class, id LIMIT 1")
    say "upgrading $id"
    { echo "version=9.9.1"; head -c 200000 /dev/urandom; } >"$demo_dir/firmware-9.9.1.bin"
    demo_ctl download "$id" "$demo_dir/firmware-9.9.1.bin" --version 9.9.1 >/dev/null
    demo_ctl wake "$id" >/dev/null 2>&1 || true
}

run_story() {
    local n=$demo_devices
    [ "$n" -gt 0 ] || return 0
    wait_until 120 "devices heard from" "SELECT count(*) FROM acs.device" "$n" &&
        { [ "$demo_open" = yes ] ||
            wait_until 120 "devices with a login of their own" "SELECT count(*) FROM public.device WHERE login_state = 'proven'" "$n"; } &&
        wait_until 180 "devices discovered" "SELECT count(DISTINCT device_id) FROM task WHERE kind = 'refresh' AND origin = 'discovery' AND state = 'done'" "$n" &&
        apply_rules &&
        wait_until 120 "devices as the rules want them" "SELECT count(*) FROM device_contact WHERE rules_epoch = (SELECT epoch FROM rule_set)" "$n" &&
        upgrade_one &&
        wait_until 120 "devices upgraded" "SELECT count(*) FROM task WHERE kind = 'download' AND state = 'done'" 1
}

broken_sessions() {  # sessions that did not come to their end, as the server counts them
    curl -sf "http://127.0.0.1:$monitor_port/metrics" | sed -n 's/^acs_sessions_total{outcome="failed"} //p'
}

summary() {
    demo_query "SELECT json_build_object(
        'devices', (SELECT count(*) FROM device),
        'sessions', (SELECT coalesce(sum(informs), 0) FROM device_contact),
        'parameters', (SELECT coalesce(sum(cardinality(path_ids)), 0) FROM device_tree),
        'tasks_done', (SELECT count(*) FROM task WHERE state = 'done'),
        'sets_done', (SELECT count(*) FROM task WHERE kind = 'set' AND state = 'done'),
        'own_logins', (SELECT count(*) FROM public.device WHERE login_state = 'proven'),
        'downloads_done', (SELECT count(*) FROM task WHERE kind = 'download' AND state = 'done'),
        'faults', (SELECT count(*) FROM task WHERE state = 'failed') + $(broken_sessions))" |
        sed 's/ : /:/g; s/, /,/g'
}

where_to_look() {
    cat >&2 <<END

  REST API     http://127.0.0.1:$api_port/api/v1/devices   (Authorization: Bearer $demo_token)
  acsctl       export ACS_SERVER=http://127.0.0.1:$api_port ACS_TOKEN=$demo_token
               $bin/acsctl devices
               $bin/acsctl explain DEVICE
  rules        $demo_dir/rules over crm.subscriber: change a row or a file, then $bin/acsctl rules apply $demo_dir/rules
  CWMP         https://127.0.0.1:$cwmp_port/ (CA: $demo_dir/tls/ca.crt), http://127.0.0.1:$plain_port/ (first contact: $demo_user / $demo_password)
  database     psql '$demo_database'
  metrics      http://127.0.0.1:$monitor_port/metrics
  logs         $demo_dir/acs.log, $demo_dir/sim.log
  for scripts  $demo_dir/demo.json
END
    [ "$demo_open" = yes ] && echo "  --open: a lab: any device is let in without credentials, and none is given a login" >&2
    return 0
}

demo() {
    local once=no
    demo_devices=6 demo_open=no
    while [ $# -gt 0 ]; do
        case $1 in
            --once) once=yes ;;
            --open) demo_open=yes ;;
            --devices) demo_devices=${2:-}; shift ;;
            *) echo "demo: unknown option $1; see ./run help" >&2; exit 2 ;;
        esac
        shift
    done
    case $demo_devices in '' | *[!0-9]*) echo "demo: --devices needs a number" >&2; exit 2 ;; esac
    if [ -s $demo_dir/demo.json ] && kill -0 "$(sed -n 's/.*"acs":\([0-9]*\).*/\1/p' $demo_dir/demo.json)" 2>/dev/null; then
        echo "demo: one is running already; see $demo_dir/demo.json" >&2
        exit 1
    fi
    if [ -n "${ACS_DEMO_BIN:-}" ]; then
        bin=$ACS_DEMO_BIN
    else
        build release acs acsctl cpe-sim
        bin=build/release/bin
    fi
    rm -rf $demo_dir
    mkdir -p $demo_dir/files
    chmod 755 $demo_dir
    demo_user=demo demo_password=$(openssl rand -hex 12) demo_token=$(openssl rand -hex 24)
    (umask 077 && echo "$demo_token" >$demo_dir/api.token)
    if [ -n "${ACS_DEMO_BIN:-}" ]; then
        take_ports && demo_ports "$ports" || exit 1
    else
        cwmp_port=$(free_port 7547) plain_port=$(free_port 7580) api_port=$(free_port 7557) monitor_port=$(free_port 9547)
        files_port=$(free_port 7567)
        files_plain_port=$(free_port $((files_port + 1)))
    fi
    trap demo_stop EXIT
    trap 'exit 130' INT TERM
    make_demo_certificates $demo_dir/tls
    start_servers || die "the demo did not start"
    start_fleet
    write_demo_json
    [ $once = yes ] || where_to_look
    run_story || die "the demo did not come to its end"
    if [ $once = yes ]; then
        local line
        line=$(summary)
        demo_stop
        say "done"
        echo "$line"
    else
        say "running; Ctrl-C ends everything"
        wait "$acs_pid"
    fi
}
