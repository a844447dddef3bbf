# SPDX-License-Identifier: MIT
# lab: --smp 4 --biglittle --timeout 400
#
# Everything at once: streams that come, move and die in the middle of frames, while CPUs go and
# come, governors, limits and tunables change, and somebody reads all there is to read.

CPUFREQ=/sys/devices/system/cpu/cpufreq
CPUS=/sys/devices/system/cpu
GOV=/sys/kernel/dnn_gov

adds_up() {
	awk -v frames="$(cat $GOV/frames)" -v met="$(cat $GOV/met)" -v missed="$(cat $GOV/missed)" \
		-v abandoned="$(cat $GOV/abandoned)" -v pending="$(cat $GOV/pending)" \
		'BEGIN { exit !(frames == met + missed + abandoned + pending) }'
}

until_told() { while [ ! -e /tmp/stop ]; do "$@"; done; }

one_client() {
	timeout -s "$1" "0.$2" govframes -a -n 0 -p 7000 -w 5000 -r >/dev/null 2>&1
}
clients() { one_client KILL 13; one_client TERM 21; one_client KILL 08; }
mover() {
	local mask
	for mask in 1 2 4 8; do
		for pid in $(pidof govframes); do
			taskset -p $mask "$pid" >/dev/null 2>&1
			usleep 5000
		done
	done
}
hotplug() {
	local cpu
	for cpu in 1 3 2; do
		echo 0 >$CPUS/cpu$cpu/online
		usleep 30000
		echo 1 >$CPUS/cpu$cpu/online
		usleep 20000
	done
}
limits() {
	local khz
	for khz in 600000 1400000 200000 1000000; do
		for dir in "$CPUFREQ"/policy*; do
			echo $khz >"$dir/scaling_max_freq"
			echo $khz >"$dir/dnn/idle_power_uw"
			echo 50 >"$dir/dnn/hold_ms"
			echo 20 >"$dir/dnn/stale_ms"
		done 2>/dev/null
		usleep 15000
	done
}
governors() {
	local dir name
	for name in performance dnn schedutil dnn powersave dnn; do
		for dir in "$CPUFREQ"/policy*; do
			echo $name >"$dir/scaling_governor"
		done 2>/dev/null
		usleep 40000
	done
}
reader() {
	cat $GOV/* $GOV/*/* $CPUFREQ/policy*/dnn/* >/dev/null 2>&1
	dnnctl status >/dev/null 2>&1
	usleep 10000
}

for fast in 1 0; do
	load_emufreq profile=odroid-xu3 fast_switch=$fast || fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"
	rm -f /tmp/stop
	jobs=""
	for job in clients clients clients mover hotplug limits governors reader; do
		until_told $job &
		jobs="$jobs $!"
	done
	sleep 6
	touch /tmp/stop
	# shellcheck disable=SC2086
	wait $jobs
	set_governor dnn || fail "governor dnn"
	check "fast_switch=$fast: all streams go with their clients" wait_for 5 streams_are 0
	timed check_range "there were many frames" "$(cat $GOV/frames)" 200 1000000
	check "the sums add up" adds_up
	check_eq "no frame is pending" "$(cat $GOV/pending)" 0
	set_governor schedutil || fail "schedutil"
	check "unload" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
