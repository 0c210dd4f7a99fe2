# What the cases share: servers to measure, and how. Sourced by run-bench.

# in_turn COMMAND...: several rounds of it (which one is in `round`); it may print several cases
in_turn() {
    local round
    for round in $(seq "$rounds"); do "$@"; done
}

repeated() {  # the medians of that
    in_turn "$@" >"$work/rounds"
    "$top/tests/bench/median" <"$work/rounds"
}

# cost CASE [--unit WHAT --units N] [--ratio-to CASE] COMMAND...: one measurement of acs and PostgreSQL
cost() { cost_of "acs=$acs_pid postgres=$pg_pid" "$@"; }

# cost_of "WHO=PID ..." CASE ...: the same of other processes
cost_of() {
    local process options=() name=$2
    for process in $1; do options+=(--process "$process"); done
    shift 2
    while [[ ${1:-} == --* ]]; do options+=("$1" "$2"); shift 2; done
    "$top/tests/bench/cost" --case "$name" "${options[@]}" -- "${generator[@]}" "$@"
}

write_config() {  # write_config DISCOVERY: plain, Digest and TLS listeners, and the API
    cat <<END
threads = 1
[log]
level = "warning"
[database]
url = "$database"
[secrets]
key_file = "$work/secrets.key"
[[tls.certificate]]
chain = "$work/tls/ecdsa.crt"
key = "$work/tls/ecdsa.key"
[cwmp]
sessions_per_hour = 100000
[[cwmp.bootstrap]]
username = "bench"
password = "bench-password"
[[cwmp.listener]]
max_connections_per_source = 100000
name = "plain"
address = "127.0.0.1"
port = $plain
tls = false
auth = "none"
enrol = "open"
[[cwmp.listener]]
max_connections_per_source = 100000
name = "digest"
address = "127.0.0.1"
port = $digest
tls = false
auth = "digest"
enrol = "open"
[[cwmp.listener]]
max_connections_per_source = 100000
name = "tls"
address = "127.0.0.1"
port = $tls
auth = "none"
enrol = "open"
[enrolment]
own_logins = false
[discovery]
profile = "$1"
[wakeup]
automation_per_second = 0
[files]
directory = "$work/files"
[api]
token_file = "$work/api.token"
[[api.listener]]
name = "api"
address = "127.0.0.1"
port = $api
tls = false
[monitor]
port = 0
END
}

# start_server DISCOVERY: a private database and the server.
start_server() {
    demo_dir=$work bin=$build/bin acs_pid=
    make_demo_certificates "$work/tls"
    api_token=$(openssl rand -hex 24)
    echo "$api_token" >"$work/api.token"
    pg_start "$work/pg" shared_buffers=512MB max_wal_size=8GB
    psql -X -q -d "$pg_url" -c 'CREATE DATABASE acs'
    database=${pg_url/postgresql:\/\/\/postgres/postgresql:\/\/\/acs}
    plain=$(free_port 17580) digest=$(free_port 17590) tls=$(free_port 17547) api=$(free_port 17557)
    write_config "$1" >"$work/acs.toml"
    "$bin/acs" migrate --config "$work/acs.toml" >/dev/null
    "$bin/acs" serve --config "$work/acs.toml" 2>"$work/acs.log" &
    acs_pid=$!
    pids+=("$acs_pid")
    until (: </dev/tcp/127.0.0.1/"$tls") 2>/dev/null; do
        kill -0 "$acs_pid" 2>/dev/null || { cat "$work/acs.log" >&2; exit 1; }
        sleep 0.1
    done
}

stop_server() {
    kill "$acs_pid" && wait "$acs_pid" 2>/dev/null || true
    pids=()
    pg_stop
    rm -rf "$work/pg"
}

query() { psql -X -q -A -t -d "$database" -c "$1"; }

# start_nginx: static answers of the same size with the same certificate; its master's pid in nginx_pid
start_nginx() {
    nginx_plain=$(free_port 17680) nginx_tls=$(free_port 17647)
    cat >"$work/nginx.conf" <<END
worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.log; daemon off;
events { worker_connections 4096; }
http {
    access_log off; client_body_temp_path $work/nginx-body; proxy_temp_path $work/nginx-proxy; fastcgi_temp_path $work/nginx-fcgi;
    uwsgi_temp_path $work/nginx-uwsgi; scgi_temp_path $work/nginx-scgi; keepalive_timeout 60; ssl_session_cache none; ssl_session_tickets on;
    server {
        listen 127.0.0.1:$nginx_plain; listen 127.0.0.1:$nginx_tls ssl; ssl_certificate $work/tls/ecdsa.crt; ssl_certificate_key $work/tls/ecdsa.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {
            client_body_buffer_size 64k; default_type text/xml;
            if (\$http_content_length = "0") { return 204; }
            return 200 "$(printf 'x%.0s' $(seq 526))";
        }
    }
}
END
    nginx -c "$work/nginx.conf" 2>/dev/null &
    nginx_pid=$!
    pids+=("$nginx_pid")
    until (: </dev/tcp/127.0.0.1/"$nginx_tls") 2>/dev/null; do
        kill -0 "$nginx_pid" 2>/dev/null || { cat "$work/nginx.log" >&2; exit 1; }
        sleep 0.1
    done
}

# write_scenario COUNT FLEET-LINES PHASE-LINES: a cpe-sim load scenario in load.toml
write_scenario() {
    cat >"$work/load.toml" <<END
[run]
drain = 10
[connection_request]
enabled = false
[[fleet]]
name = "fleet"
count = $1
$2
[[phase]]
$3
END
}

# The command that plays the scenario; $load is its place in the caller's line: cost CASE "${load[@]}"
use_load() { load=("$build/bin/cpe-sim" load "$work/load.toml" --acs "http://127.0.0.1:$plain/" --json); }
