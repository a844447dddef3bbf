# SPDX-License-Identifier: MIT
# lab: --smp 4
#
# Parameters: what is wrong is refused with the parameter's name and range, and leaves nothing.

EMU=/sys/kernel/dnn_emufreq
CPUFREQ=/sys/devices/system/cpu/cpufreq

# refused TEXT PARAMETER...: the load fails and the log has the text.
refused() {
	local text=$1
	shift
	dmesg -c >/dev/null
	if load_emufreq "$@" 2>/tmp/insmod; then
		rmmod dnn_emufreq
		fail "refused: $*"
		return
	fi
	dmesg >/tmp/log
	if grep -qF "dnn_emufreq: $text" /tmp/log && grep -qi "invalid" /tmp/insmod; then
		ok "refused: $*"
	else
		fail "refused: $* (got: $(cat /tmp/insmod) $(tail -n 2 /tmp/log))"
	fi
}

one="clusters=0-3"
table="opps=200000:74:30,400000:146:44"

# What was freed counts for a while where KASAN keeps it; shrinking a cache lets go of that.
objects() {
	local cache
	for cache in kmalloc-4k kmalloc-8k kmalloc-16k; do
		[ ! -e "/sys/kernel/slab/$cache/shrink" ] || echo 1 >"/sys/kernel/slab/$cache/shrink"
	done
	awk '$1 == "kmalloc-8k" || $1 == "kmalloc-4k" || $1 == "kmalloc-16k" { n += $2 } END { print n }' \
		/proc/slabinfo
}
objects_before=$(objects)

refused "profile: 'pi' is not one of odroid-xu3, jetson-nano, custom" profile=pi
refused "profile: '' is not one of" profile=
refused "clusters: only with profile=custom" "$one"
refused "opps: only with profile=custom" "$table"
refused "capacity: only with profile=custom" capacity=1024
refused "clusters: needed with profile=custom" profile=custom "$table"
refused "opps: needed with profile=custom" profile=custom "$one"
refused "period_us: 99 is outside 100..5000" period_us=99
refused "period_us: 5001 is outside 100..5000" period_us=5001
refused "transition_latency_us: 0 is outside 1..100000" transition_latency_us=0
refused "transition_latency_us: -2 is outside 1..100000" transition_latency_us=-2
refused "transition_latency_us: 100001 is outside 1..100000" transition_latency_us=100001

refused "clusters: cluster 1: 'x' is not a list, such as 0-1, of CPUs out of 2-3" profile=custom "clusters=0-1;x" "$table;200000:1:0"
refused "clusters: cluster 0: '' is not a list, such as 0-1, of CPUs out of 0-3" profile=custom "clusters=" "$table"
refused "clusters: cluster 1: '1-3' is not a list, such as 0-1, of CPUs out of 2-3" profile=custom "clusters=0-1;1-3" "$table"
refused "clusters: cluster 0: '0-4' is not a list, such as 0-1, of CPUs out of 0-3" profile=custom "clusters=0-4" "$table"
refused "clusters: CPUs 2-3 are in no cluster" profile=custom "clusters=0-1" "$table"

refused "opps: no entry for cluster 1" profile=custom "clusters=0-1;2-3" "$table"
refused "opps: entries for more than the 1 clusters" profile=custom "$one" "$table;200000:74:30"
refused "opps: cluster 0: kHz '' is not a number in 1000..10000000" profile=custom "$one" "opps="
refused "opps: cluster 0: kHz '999' is not a number in 1000..10000000" profile=custom "$one" opps=999:2:1
refused "opps: cluster 0: kHz '10000001' is not a number in 1000..10000000" profile=custom "$one" opps=10000001:2:1
refused "opps: cluster 0: kHz '2e5' is not a number" profile=custom "$one" opps=2e5:2:1
refused "opps: cluster 0: running mW '0' is not a number in 1..60000" profile=custom "$one" opps=200000:0:0
refused "opps: cluster 0: running mW '60001' is not a number in 1..60000" profile=custom "$one" opps=200000:60001:0
refused "opps: cluster 0: running mW '' is not a number" profile=custom "$one" opps=200000
refused "opps: cluster 0: idle mW '74' is not a number in 0..73" profile=custom "$one" opps=200000:74:74
refused "opps: cluster 0: idle mW '' is not a number in 0..73" profile=custom "$one" opps=200000:74
refused "opps: cluster 0: idle mW '30:1' is not a number in 0..73" profile=custom "$one" opps=200000:74:30:1
refused "opps: cluster 0: kHz '400000' is not above the one before it, 400000" \
	profile=custom "$one" opps=400000:2:1,400000:3:1
refused "opps: cluster 0: kHz '' is not a number" profile=custom "$one" "$table,"
refused "opps: cluster 0: 20000 kHz at capacity 1024 is below 1/100 of the speed of 2010000 kHz" \
	profile=custom "$one" opps=20000:2:1,2010000:3:1
refused "opps: cluster 0: 200000 kHz at capacity 10 is below 1/100 of the speed of 400000 kHz" \
	profile=custom "$one" "$table" capacity=10
many=$(seq 65 | awk '{ printf "%s%d:2:1", (NR > 1 ? "," : ""), 200000 + $1 }')
refused "opps: cluster 0: more than 64" profile=custom "$one" "opps=$many"

refused "capacity: cluster 0: capacity '0' is not a number in 1..1024" profile=custom "$one" "$table" capacity=0
refused "capacity: cluster 0: capacity '1025' is not a number in 1..1024" profile=custom "$one" "$table" capacity=1025
refused "capacity: cluster 0: capacity 'big' is not a number" profile=custom "$one" "$table" capacity=big
refused "capacity: no entry for cluster 1" profile=custom "clusters=0-1;2-3" "$table;$(echo "$table" | cut -d= -f2)" capacity=377
refused "capacity: entries for more than the 1 clusters" profile=custom "$one" "$table" "capacity=377;1024"

# Each refusal after the first cluster would lose its memory if it were not freed.
for i in $(seq 100); do
	load_emufreq profile=custom "clusters=0;1;2;3" "opps=200000:2:1;200000:2:1;200000:2:1;x" 2>/dev/null
done
check_range "400 clusters of refused loads are freed: objects kept" \
	$(($(objects) - objects_before)) -100 100

check "nothing is left" sh -c "! test -e $EMU && ! test -e $CPUFREQ/policy0"

# And what is right works.
check "custom loads" load_emufreq profile=custom "clusters=0;1-3" \
	"opps=500000:50:20,1000000:110:30;300000:111:36,600000:219:54,1200000:540:123" "capacity=512;1024"
check_eq "custom: profile" "$(cat $EMU/profile)" custom
check_eq "custom: first cluster" "$(cat $EMU/policy0/cpus)" 0
check_eq "custom: second cluster" "$(cat $EMU/policy1/cpus)" 1-3
check_eq "custom: capacity" "$(cat $EMU/policy0/capacity $EMU/policy1/capacity)" "$(printf '512\n1024')"
check_eq "custom: powers of the first" "$(cat $EMU/policy0/opps)" \
	"$(printf '500000 50000 20000\n1000000 110000 30000')"
check_eq "custom: powers of the second" "$(cat $EMU/policy1/opps)" \
	"$(printf '300000 87000 12000\n600000 183000 18000\n1200000 458000 41000')"
check_eq "custom: frequencies" "$(xargs <$CPUFREQ/policy1/scaling_available_frequencies)" "300000 600000 1200000"
check_eq "custom: related CPUs" "$(cat $CPUFREQ/policy1/related_cpus)" "1 2 3"
check_eq "custom: the parameter is shown as it was given" \
	"$(cat /sys/module/dnn_emufreq/parameters/clusters)" "0;1-3"
check "unload" rmmod dnn_emufreq

check "one slow OPP, the longest and shortest period" load_emufreq profile=custom "$one" opps=10000:2:1,1000000:3:1 period_us=5000
rmmod dnn_emufreq
check "the shortest period" load_emufreq profile=custom "$one" opps=10000:2:1,1000000:3:1 period_us=100
set_governor powersave
shortest=$(spinloop -c 2 -n 50000 -b 3 | cut -d" " -f2)
timed check_range "a hundredth of the speed still gets on" "$shortest" 28000000 60000000
check "unload" rmmod dnn_emufreq
