# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle --timeout 600
#
# soak.sh [SECONDS [SEED [PAUSE]]]: everything at random for so long, by the guest's clock, with up to
# PAUSE ms between two things that happen: streams of all kinds that end, hang or are killed, while
# limits and caps, tunables, CPUs and governors change. At the end of each quarter all is let go and
# looked at: the counters add up, those of sysfs and of netlink are the same, nothing is left, and
# the kernel takes no more memory than after the first.

seconds=${1:-60}
seed=${2:-1}
pause=${3:-600}
CPUFREQ=/sys/devices/system/cpu/cpufreq
CPUS=/sys/devices/system/cpu
GOV=/sys/kernel/dnn_gov
EMU=/sys/kernel/dnn_emufreq
most_clients=6
# What the kernel's memory differs by for its own reasons. A stream takes 16 kB.
most_kb=1024

# draw COUNT: sets drawn to 0..COUNT-1. The shell's own arithmetic, as all that is done here, takes
# little from the streams.
state=$seed
draw() {
	state=$((state * 6364136223846793005 + 1442695040888963407))
	drawn=$((((state >> 33) & 0x3fffffff) % $1))
}
pick() {
	draw $#
	shift $drawn
	picked=$1
}
uptime_s() {
	read -r value _ </proc/uptime
	value=${value%.*}
}

clients=""
# The list without those that have ended.
count_clients() {
	local pid left=""
	nr_clients=0
	for pid in $clients; do
		if kill -0 "$pid" 2>/dev/null; then
			left="$left $pid"
			nr_clients=$((nr_clients + 1))
		fi
	done
	clients=$left
}

begin_client() {
	count_clients
	[ $nr_clients -lt $most_clients ] || return 0
	pick 40000 100000 250000 500000
	set -- -p "$picked"
	draw 120
	set -- "$@" -n $((drawn + 1))
	pick 1 2 4 8
	set -- "$@" -g "$picked"
	pick 1000 5000 20000 100000
	set -- "$@" -w "$picked"
	draw 4
	[ $drawn -eq 0 ] || set -- "$@" -a
	draw 3
	[ $drawn -gt 0 ] || set -- "$@" -r
	draw 3
	[ $drawn -gt 0 ] || set -- "$@" -f
	draw 3
	[ $drawn -gt 0 ] || set -- "$@" -y 20000000
	draw 8
	[ $drawn -gt 0 ] || set -- "$@" -h
	govframes "$@" >/dev/null 2>&1 &
	clients="$clients $!"
	begun=$((begun + 1))
}

kill_client() {
	count_clients
	[ $nr_clients -gt 0 ] || return 0
	# shellcheck disable=SC2086 # a list
	pick $clients
	kill -9 "$picked"
	wait "$picked" 2>/dev/null
	killed=$((killed + 1))
}

cap() {
	pick 0 2
	policy=$picked
	pick 0 0 400000 800000 1200000
	echo "$picked" >$EMU/policy$policy/thermal_cap_khz
}

limit() {
	pick 0 2
	policy=$picked
	pick 2000000 2000000 400000 1000000
	echo "$picked" >$CPUFREQ/policy$policy/scaling_max_freq
	pick 200000 200000 800000
	echo "$picked" >$CPUFREQ/policy$policy/scaling_min_freq
}

hotplug() {
	pick 1 2 3
	get $CPUS/cpu$picked/online
	echo $((1 - value)) >$CPUS/cpu$picked/online
	plugged=$((plugged + 1))
}

governor() {
	pick 0 2
	policy=$picked
	pick dnn dnn dnn schedutil performance
	echo "$picked" >$CPUFREQ/policy$policy/scaling_governor
	switched=$((switched + 1))
}

tunable() {
	pick 0 2
	policy=$picked
	pick hold_ms stale_ms margin_ppm power_budget_mw
	name=$picked
	pick 0 50 300 3000
	# Not there while another governor is, or out of range.
	[ ! -e "$CPUFREQ/policy$policy/dnn" ] || echo "$picked" >"$CPUFREQ/policy$policy/dnn/$name"
}

read_all() {
	cat $GOV/* $GOV/*/* $CPUFREQ/policy*/dnn/*
	dnnctl status
}

act() {
	draw 16
	case $drawn in
	0 | 1 | 2 | 3 | 4) begin_client ;;
	5 | 6) kill_client ;;
	7 | 8) cap ;;
	9) limit ;;
	10 | 11) hotplug ;;
	12 | 13) governor ;;
	14) tunable ;;
	15) read_all >/dev/null ;;
	esac
}

stats() { sed -n "s/^  \"$1\": \([0-9]*\),*/\1/p" /tmp/stats; }

# What the kernel has for itself, kB, after it gave back what it keeps ready: of files in sysfs that
# somebody has read, what RCU frees by and by, and what KASAN keeps to see who uses it. So it is
# looked at until it falls no more, three times in a row.
kernel_kb() {
	local file kb least="" same=0 round=0
	while [ $same -lt 3 ] && [ $round -lt 30 ]; do
		echo 2 >/proc/sys/vm/drop_caches
		for file in /sys/kernel/slab/*/shrink; do echo 1 >"$file"; done
		kb=$(awk '$1 == "SUnreclaim:" || $1 == "KernelStack:" { kb += $2 } END { print kb }' /proc/meminfo)
		if [ -z "$least" ] || [ "$kb" -lt "$least" ]; then
			least=$kb
			same=0
		else
			same=$((same + 1))
		fi
		round=$((round + 1))
		sleep 1
	done
	echo "$least"
}

# look QUARTER: all is let go; then it must be as it was.
look() {
	count_clients
	# shellcheck disable=SC2086 # a list
	[ -z "$clients" ] || kill -9 $clients
	# shellcheck disable=SC2086
	wait $clients 2>/dev/null
	clients=""
	for cpu in 1 2 3; do echo 1 >$CPUS/cpu$cpu/online; done
	for policy in 0 2; do
		echo 0 >$EMU/policy$policy/thermal_cap_khz
		echo 200000 >$CPUFREQ/policy$policy/scaling_min_freq
		echo 2000000 >$CPUFREQ/policy$policy/scaling_max_freq
	done
	check "quarter $1: governor dnn" set_governor dnn
	check "quarter $1: all streams go" wait_for 5 streams_are 0
	dnnctl --json stats >/tmp/stats
	sum=0
	for name in met missed abandoned pending; do
		get $GOV/$name
		sum=$((sum + value))
		check_eq "quarter $1: $name in sysfs and in netlink" "$(stats $name)" "$value"
	done
	get $GOV/frames
	check_eq "quarter $1: frames = met + missed + abandoned" "$value" $sum
	check "quarter $1: none is pending" pending_is 0
	kb=$(kernel_kb)
	[ "$1" -gt 1 ] || first_kb=$kb
	progress "quarter $1: seed $seed, $begun clients, $killed killed, $(cat $GOV/frames) frames," \
		"$switched governors, $plugged CPUs, kernel $kb kB"
}

check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "governor dnn" set_governor dnn
begun=0
killed=0
switched=0
plugged=0
progress "seed $seed, $seconds s"
uptime_s
start=$value
for quarter in 1 2 3 4; do
	uptime_s
	while [ $value -lt $((start + seconds * quarter / 4)) ]; do
		act 2>/dev/null
		draw "$pause"
		usleep $((50000 + drawn * 1000))
		uptime_s
	done
	look $quarter
done
uptime_s
passed=$((value - start))
get $GOV/frames
check_range "frames (seed $seed)" "$value" $((seconds / times)) 1000000000
check_range "clients killed" $killed $((seconds / 60)) 1000000
check_range "kernel memory after the first quarter and at the end: $first_kb kB, $kb kB; more" \
	$((kb - first_kb)) -1000000 $most_kb
check "hints work all the same" dnnhint-minimal
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
tried $passed 0 "soak, seconds of virtual time"
