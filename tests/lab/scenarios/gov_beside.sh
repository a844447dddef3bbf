# SPDX-License-Identifier: MIT
# lab: --smp 2
#
# What ran on a CPU before a stream came, or beside it, is not what its frames need: they
# are as slow as without it. Those of a stream that has always been alone say how slow.

# The mean frequency in MHz that the frames of a file began at, the first five left out.
mean_mhz() { awk '/^frame/ { n++; if (n > 5) { split($5, khz, "="); sum += khz[2]; m++ } }
	END { printf "%d", m ? sum / m / 1000 : 0 }' "$1"; }
met() { awk '/^frames=/ { split($1, n, "="); split($2, met, "="); print (n[2] == met[2]) }' "$1"; }
frames() { govframes -c 0 -n 25 -w 200000 -p 100000 -v; }

for fast in 1 0; do
	check "emufreq, fast_switch=$fast" load_emufreq profile=odroid-xu3 fast_switch=$fast
	check "load dnn_gov" load_gov
	check "governor dnn" set_governor dnn

	top=$(($(cat /sys/devices/system/cpu/cpufreq/policy0/cpuinfo_max_freq) / 1000))

	frames >/tmp/alone
	alone=$(mean_mhz /tmp/alone)
	timed check_eq "all in time" "$(met /tmp/alone)" 1

	spinloop -c 0 -t 400 -n 20000 >/dev/null
	frames >/tmp/after
	timed check_eq "after a busy loop, all in time" "$(met /tmp/after)" 1
	timed check_range "about as slow as those alone" "$(mean_mhz /tmp/after)" 1 $((alone * 3 / 2))

	spinloop -c 0 -t 4000 -n 2000 -g 20000 >/dev/null &
	busy=$!
	frames >/tmp/beside
	kill $busy
	wait $busy 2>/dev/null
	timed check_eq "beside short bursts, all in time" "$(met /tmp/beside)" 1
	timed check_range "and these" "$(mean_mhz /tmp/beside)" 1 $((alone * 3 / 2))

	# Whoever shares the CPU all the time gets what they would alone.
	spinloop -c 0 -t 4000 -n 20000 >/dev/null &
	busy=$!
	frames >/tmp/shared
	check_range "a busy loop keeps the top" "$(mean_mhz /tmp/shared)" $((top * 95 / 100)) $top
	kill $busy
	wait $busy 2>/dev/null

	check "governor schedutil" set_governor schedutil
	check "unload dnn_gov" rmmod dnn_gov
	check "unload emufreq" rmmod dnn_emufreq
done
