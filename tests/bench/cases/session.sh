# Code alone, and minimal sessions against the real server; nginx serves static answers to the same generator in turn
# with it.

bench_codec() { repeated "$build/bench/codec_bench"; }
bench_edge() { repeated "$build/bench/edge_bench"; }
bench_storage() { "$top/tests/tools/with-postgres" "$build/bench/storage_bench"; }

# One connection a session, 64 at once; full handshakes but where it says resumed.
session_round() {
    local base=http://127.0.0.1 secure=https://127.0.0.1 kinds=(plain "TLS 1.3, full handshake" "TLS 1.2, resumed")
    local bench=("$build/bench/session_bench" --ca "$work/tls/ca.crt")
    local few=(--sessions 5000) resumed=(--sessions 5000 --tls12 --resume) kind beside=()
    if [ -n "$nginx_pid" ]; then
        nginx_cost "nginx, ${kinds[0]}" "${bench[@]}" --url "$base:$nginx_plain/"
        nginx_cost "nginx, ${kinds[1]}" "${bench[@]}" --url "$secure:$nginx_tls/" "${few[@]}"
        nginx_cost "nginx, ${kinds[2]}" "${bench[@]}" --url "$secure:$nginx_tls/" "${resumed[@]}"
        beside=(--ratio-to)
    fi
    cost "minimal session, ${kinds[0]}" ${beside:+--ratio-to "nginx, ${kinds[0]}"} "${bench[@]}" --url "$base:$plain/"
    cost "minimal session, ${kinds[1]}" ${beside:+--ratio-to "nginx, ${kinds[1]}"} "${bench[@]}" --url "$secure:$tls/" "${few[@]}"
    cost "minimal session, ${kinds[2]}" ${beside:+--ratio-to "nginx, ${kinds[2]}"} "${bench[@]}" --url "$secure:$tls/" "${resumed[@]}"
    cost "minimal session, plain, Digest" --ratio-to "minimal session, plain" "${bench[@]}" --url "$base:$digest/" --login bench:bench-password
}
nginx_cost() { cost_of "nginx=$nginx_pid" "$@"; }

bench_session() {
    start_server off
    nginx_pid=
    if command -v nginx >/dev/null; then start_nginx; else echo '{"case":"nginx","skipped":"nginx is not installed"}'; fi
    local bench=("$build/bench/session_bench" --url "http://127.0.0.1:$plain/")
    cost "first contact without discovery" "${bench[@]}" --sessions 1000
    session_round >/dev/null  # what is made once is made
    repeated session_round
    [ -z "$nginx_pid" ] || { kill "$nginx_pid" && wait "$nginx_pid" 2>/dev/null || true; }
    stop_server
}
