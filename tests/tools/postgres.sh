# Private PostgreSQL clusters, for ./run demo and for the tests. Sourced by bash scripts.
# initdb refuses root: then everything of the cluster belongs to the system user "postgres" (Debian's package makes it).

pg_bin() {  # the folder with initdb and postgres
    local dir
    for dir in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
        [ -x "$dir/initdb" ] && { echo "$dir"; return 0; }
    done
    echo "PostgreSQL's initdb was not found; run ./run setup first" >&2
    return 1
}

pg_as() {  # runs a command as the user who owns the cluster
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid postgres --regid postgres --init-groups -- "$@")
    else
        "$@"
    fi
}

# pg_start DIR [SETTING=VALUE...]: makes the cluster in DIR/data if there is none and starts it; no TCP. Its socket is in
# a short folder of its own (a socket's path may have 107 bytes only). Leaves the server's pid in pg_pid and the
# connection string in pg_url.
pg_start() {
    local dir=$1 bin setting; shift
    bin=$(pg_bin) || return 1
    mkdir -p "$dir"
    pg_socket=$(mktemp -d /tmp/acs-pg.XXXXXX) || return 1
    if [ "$(id -u)" = 0 ]; then
        chown postgres: "$pg_socket"
        if ! pg_as test -x "$dir"; then  # for instance a checkout under a home directory that is closed to others
            pg_elsewhere=$(mktemp -d /var/tmp/acs-pg.XXXXXX) && dir=$pg_elsewhere
        fi
    fi
    if [ ! -s "$dir/data/PG_VERSION" ]; then
        mkdir -p "$dir/data"
        [ "$(id -u)" = 0 ] && chown -R postgres: "$dir"
        pg_as "$bin/initdb" -D "$dir/data" -U acs --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
            { cat "$dir/initdb.log" >&2; return 1; }
    fi
    local options=(-D "$dir/data" -k "$pg_socket" -h "" -c "cluster_name=acs" -c "jit=off" -c "wal_compression=lz4")
    for setting in "$@"; do options+=(-c "$setting"); done
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec setpriv --reuid postgres --regid postgres --init-groups -- "$bin/postgres" "${options[@]}") >"$dir/postgres.log" 2>&1 &
    else
        "$bin/postgres" "${options[@]}" >"$dir/postgres.log" 2>&1 &
    fi
    pg_pid=$!
    pg_url="postgresql:///postgres?host=$pg_socket&user=acs"
    local tries
    for tries in $(seq 1 150); do
        "$bin/pg_isready" -q -h "$pg_socket" -U acs -d postgres && return 0
        kill -0 "$pg_pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "PostgreSQL did not start; the end of $dir/postgres.log:" >&2
    tail -n 20 "$dir/postgres.log" >&2
    return 1
}

# pg_restart DIR: the cluster of pg_start goes away without a word and comes back.
pg_restart() {
    local data=$1/data
    [ -z "${pg_elsewhere:-}" ] || data=$pg_elsewhere/data
    pg_as "$(pg_bin)/pg_ctl" -D "$data" restart -m immediate -w -l /dev/null >/dev/null 2>&1 ||
        { echo "PostgreSQL did not restart" >&2; return 1; }
    pg_pid=$(pg_as head -n 1 "$data/postmaster.pid")
}

pg_stop() {  # fast shutdown of the cluster started by pg_start
    [ -n "${pg_pid:-}" ] || return 0
    kill -INT "$pg_pid" 2>/dev/null || true
    local tries
    for tries in $(seq 1 100); do  # wait alone does not do: after a restart it is not our child
        kill -0 "$pg_pid" 2>/dev/null || break
        sleep 0.1
    done
    wait "$pg_pid" 2>/dev/null || true
    rm -rf "$pg_socket" ${pg_elsewhere:+"$pg_elsewhere"}
    pg_pid=
}
