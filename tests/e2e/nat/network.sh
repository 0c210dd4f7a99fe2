# A small Internet of network namespaces, for nat-lab; sourced by bash. Needs root, ip and nft.
#
#   nat_build                    the Internet: a namespace with the servers, 198.51.100.1 and 2001:db8::1
#   nat_home NAME KIND NUMBER    a home behind a router of that kind; its device is at 192.168.1.2 (or 2001:db8:NUMBER::2)
#   nat_in NAME COMMAND...       runs in a home, or in "internet"; the process is the caller's to end
#   nat_remove                   removes everything that was made
#
# Kinds: direct (no NAT), full-cone, port-restricted, symmetric, cgnat (port-restricted in the home, symmetric at the
# provider), six (IPv6 only, with a firewall that lets in answers only).

nat_prefix=acsnat$$
nat_made=()

nat_space() {  # nat_space NAME: a namespace
    ip netns add "$nat_prefix-$1"
    nat_made+=("$nat_prefix-$1")
    ip -n "$nat_prefix-$1" link set lo up
}

nat_in() { local name=$1; shift; exec ip netns exec "$nat_prefix-$name" "$@"; }
nat_do() { local name=$1; shift; ip -n "$nat_prefix-$name" "$@"; }
nat_rules() { ip netns exec "$nat_prefix-$1" nft -f -; }
nat_forward() { ip netns exec "$nat_prefix-$1" sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; }

nat_link() {  # nat_link A DEVICE_A B DEVICE_B: a cable
    nat_do "$1" link add "$2" type veth peer name "$4" netns "$nat_prefix-$3"
    nat_do "$1" link set "$2" up
    nat_do "$3" link set "$4" up
}

nat_address() { nat_do "$1" address add "$3" dev "$2" nodad 2>/dev/null || nat_do "$1" address add "$3" dev "$2"; }

nat_build() {
    nat_space internet
    nat_do internet link add br0 type bridge
    nat_do internet link set br0 up
    nat_address internet br0 198.51.100.1/24
    nat_address internet br0 2001:db8::1/64
}

nat_uplink() {  # nat_uplink SPACE NUMBER: a cable to the Internet, address 198.51.100.NUMBER
    nat_link "$1" wan internet "to$2"
    nat_do internet link set "to$2" master br0
    nat_address "$1" wan "198.51.100.$2/24"
}

nat_masquerade() {  # nat_masquerade SPACE [HOW]
    nat_rules "$1" <<END
table ip nat {
    chain out { type nat hook postrouting priority srcnat; oifname "wan" masquerade ${2:-}; }
}
table ip filter {
    chain through { type filter hook forward priority filter; policy drop
        ct state established,related accept
        iifname "lan" accept
        ct status dnat accept
    }
    chain self { type filter hook input priority filter; policy accept
        # What nobody asked for leaves no trace: else it would take the place of a mapping to come.
        iifname "wan" ct state new drop
    }
}
END
}

nat_lan() {  # nat_lan ROUTER HOME: the network at home
    nat_link "$1" lan "$2" eth0
    nat_address "$1" lan 192.168.1.1/24
    nat_address "$2" eth0 192.168.1.2/24
    nat_do "$2" route add default via 192.168.1.1
}

nat_home() {
    local name=$1 kind=$2 number=$3 router=$1-router provider=$1-provider
    nat_space "$name"
    if [ "$kind" = direct ]; then
        nat_link "$name" eth0 internet "to$number"
        nat_do internet link set "to$number" master br0
        nat_address "$name" eth0 "198.51.100.$number/24"
        return
    fi
    nat_space "$router"
    nat_forward "$router"
    case $kind in
        full-cone)
            nat_uplink "$router" "$number"; nat_lan "$router" "$name"; nat_masquerade "$router"
            nat_rules "$router" <<END
table ip nat {
    chain in { type nat hook prerouting priority dstnat; iifname "wan" meta l4proto udp dnat to 192.168.1.2; }
}
END
            ;;
        port-restricted) nat_uplink "$router" "$number"; nat_lan "$router" "$name"; nat_masquerade "$router" ;;
        symmetric) nat_uplink "$router" "$number"; nat_lan "$router" "$name"; nat_masquerade "$router" fully-random ;;
        cgnat)
            nat_space "$provider"
            nat_forward "$provider"
            nat_uplink "$provider" "$number"
            nat_link "$provider" lan "$router" wan
            nat_address "$provider" lan 100.64.0.1/24
            nat_address "$router" wan 100.64.0.2/24
            nat_do "$router" route add default via 100.64.0.1
            nat_lan "$router" "$name"
            nat_masquerade "$router"
            nat_masquerade "$provider" fully-random
            ;;
        six)
            nat_link "$router" wan internet "to$number"
            nat_do internet link set "to$number" master br0
            nat_address "$router" wan "2001:db8::$number/64"
            nat_link "$router" lan "$name" eth0
            nat_address "$router" lan "2001:db8:$number::1/64"
            nat_address "$name" eth0 "2001:db8:$number::2/64"
            nat_do "$name" route add default via "2001:db8:$number::1"
            nat_do internet route add "2001:db8:$number::/64" via "2001:db8::$number"
            nat_rules "$router" <<END
table ip6 filter {
    chain through { type filter hook forward priority filter; policy drop
        ct state established,related accept
        iifname "lan" accept
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, packet-too-big } accept
    }
}
END
            ;;
    esac
}

nat_remove() {
    local space
    for space in "${nat_made[@]}"; do ip netns delete "$space" 2>/dev/null || true; done
    nat_made=()
}

# nat_missing: why there can be no such laboratory here; nothing when there can.
nat_missing() {
    [ "$(id -u)" = 0 ] || { echo "network namespaces are made by root only"; return; }
    local tool
    for tool in ip nft sysctl; do command -v "$tool" >/dev/null || { echo "$tool is not installed"; return; }; done
    local probe=acsnatprobe$$
    ip netns add $probe 2>/dev/null || { echo "this system allows no network namespaces"; return; }
    ip netns exec $probe nft -f - 2>/dev/null <<END || echo "this system has no NAT in nftables"
table ip nat { chain out { type nat hook postrouting priority srcnat; masquerade fully-random; }; }
END
    ip netns delete $probe
}
