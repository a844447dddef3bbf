# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle
#
# Requests that are nearly right, by the ten thousand, from several sockets and threads, while
# limits and a governor change: each gets its answer, what is accepted is so, what is refused
# changes nothing, and afterwards all is as before.
#
#	fuzz_netlink.sh [MESSAGES [SEED]]

GOV=/sys/kernel/dnn_gov
CPUFREQ=/sys/devices/system/cpu/cpufreq
messages=${1:-24000}
seed=${2:-1}

sum() { awk -v what="$1" '$1 == what { sum += $2 } END { print sum + 0 }' /tmp/sums; }
cell() {
	awk -F, -v command="$1" -v column="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
		$1 == command || (command == "all" && NR > 1) { sum += $at }
		END { print sum + 0 }' /tmp/counts
}
adds_up() {
	awk -v frames="$(cat $GOV/frames)" -v met="$(cat $GOV/met)" -v missed="$(cat $GOV/missed)" \
		-v abandoned="$(cat $GOV/abandoned)" \
		'BEGIN { exit !(frames == met + missed + abandoned) }'
}

# So that there are events, and streams without a governor.
unrest() {
	local khz turn=0
	while [ ! -e /tmp/stop ]; do
		for khz in 1800000 2000000 1900000 2000000; do
			for dir in $CPUFREQ/policy*; do
				echo $khz >"$dir/scaling_max_freq"
			done
			usleep 300000
		done
		turn=$(((turn + 1) % 3))
		[ $turn = 0 ] || continue
		echo schedutil >$CPUFREQ/policy0/scaling_governor
		echo dnn >$CPUFREQ/policy0/scaling_governor
	done
}

# fuzz WHAT MESSAGES THREADS CLUSTERS OPPS CAPACITY. CPUs that are hardly slowed down: all CPUs
# of the guest share the time of one of the host, and what is taken from them is lost.
fuzz() {
	local what=$1 unrest nlfuzz status
	load_emufreq profile=custom period_us=5000 "clusters=$4" "opps=$5" "capacity=$6" ||
		fail "emufreq"
	load_gov && set_governor dnn || fail "dnn_gov"
	rm -f /tmp/stop
	unrest &
	unrest=$!
	nlfuzz -n "$2" -t "$3" -s "$seed" >/tmp/said 2>/tmp/progress &
	nlfuzz=$!
	while kill -0 $nlfuzz 2>/dev/null; do
		sleep 10
		progress "$(tail -n 1 /tmp/progress)"
	done
	wait $nlfuzz
	status=$?
	touch /tmp/stop
	wait $unrest
	while read -r line; do progress "$line"; done </tmp/said
	grep -E '^[A-Z_(][^ ]*( command\))?,|^command,' /tmp/said >>/tmp/counts
	grep -E '^[a-z]+ [0-9]+$' /tmp/said >>/tmp/sums
	check_eq "$what: every answer is as it must be" $status 0
	check "$what: no stream is left" wait_for 2 streams_are 0
	check_eq "$what: no frame is pending" "$(cat $GOV/pending)" 0
	check "$what: the sums add up" adds_up
	for dir in $CPUFREQ/policy*; do echo 2000000 >"$dir/scaling_max_freq"; done
	set_governor dnn || fail "governor"
	for test in add_set_del frames several_pending_frames; do
		check "$what: afterwards: $test" hint_test $test
	done
	check "$what: nothing holds the module" set_governor schedutil
	check "$what: unload" rmmod dnn_gov
	rmmod dnn_emufreq
}

big=1800000:1800:180,1900000:2000:200,2000000:2400:240
little=1800000:600:60,2000000:800:80
# Threads at once multiply the streams, and what each request costs with them.
few=$((messages / 8))
[ $few -le 5000 ] || few=5000
fuzz "one thread" $((messages - 2 * few)) 1 0-1 $big 1024
fuzz "two policies" $few 2 "0;1" "$little;$big" "300;1024"
fuzz "three threads" $few 3 0-1 $big 1024
result fuzz_netlink.csv </tmp/counts
result fuzz_netlink.txt </tmp/sums

check_eq "wrong answers" "$(sum wrong)" 0
check_range "messages were sent" "$(sum sent)" "$messages" 1e12
# What is refused at the door proves little.
check_range "three of ten were accepted" "$(sum accepted)" $((messages * 3 / 10)) 1e12
check_range "of many it was known what must come of them" "$(sum demanded)" $((messages / 4)) 1e12
check_range "there were events" "$(sum events)" 100 1e12
for command in STREAM_ADD STREAM_SET STREAM_DEL STREAM_GET FRAME_BEGIN FRAME_PROGRESS FRAME_END \
	FRAME_DONE POLICY_GET STATS_GET; do
	check_range "$command was accepted" "$(cell $command accepted)" 100 1e12
	check_range "$command was refused" "$(cell $command EINVAL)" 20 1e12
done
for error in ERANGE ENOENT EPERM EBUSY EOPNOTSUPP; do
	check_range "$error was the answer" "$(cell all $error)" 10 1e12
done
check_eq "no command that there is not was accepted" \
	"$(cell UNSPEC accepted) $(cell PRESSURE accepted)" "0 0"
