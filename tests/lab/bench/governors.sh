# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# governors.sh PROFILE GOVERNOR FRAMES COST_US [LOADS [STREAMS]]: one and two streams of one
# network under one governor, at light, medium and heavy utilisation: the time of a frame at
# the top frequency and full level (COST_US), times frames, over the time. The deadline is the
# period. Two streams run on the same CPU, the second with one and a half times the first's
# period.
#
# governors.sh costs FRAMES: what the frames take at the top frequency, and the OPPs.

emu=/sys/kernel/dnn_emufreq
cpu=$(($(nproc) - 1))
common="--model /bench/model.dnn --data /bench/data --cpu $cpu"
taskset -p 1 $$ >/dev/null

if [ "$1" = costs ]; then
	frames=$2
	for profile in jetson-nano odroid-xu3; do
		load_emufreq profile=$profile || fail "load dnn_emufreq"
		policy=$(basename "$(readlink -f /sys/devices/system/cpu/cpu$cpu/cpufreq)")
		result "opps-$profile" <"$emu/$policy/opps"
		[ $profile = odroid-xu3 ] || rmmod dnn_emufreq
	done
	set_governor performance || fail "governor performance"
	# shellcheck disable=SC2086 # words on purpose
	check "costs" dnnrun $common --no-hints --level max --period-ms 100 \
		--phases "learn:5,run:$frames" --log /tmp/costs.csv
	result costs.csv </tmp/costs.csv
	return
fi

profile=$1
governor=$2
frames=$3
cost_us=$4
load_emufreq profile="$profile" || fail "load dnn_emufreq"
[ "$governor" != dnn ] || load_gov || fail "load dnn_gov"
set_governor "$governor" || fail "governor $governor"
hints="--no-hints --level max"
if [ "$governor" = dnn ]; then
	hints=--hints
	set_idle_power
fi

# All streams begin the phase that counts together.
cat >/tmp/phase <<'END'
#!/bin/sh
[ "$1" = run ] || exit 0
touch "$THERE/$$"
until [ "$(ls "$THERE" | wc -l)" -ge "$STREAMS" ]; do
	usleep 1000
done
END
chmod +x /tmp/phase

# stream NUMBER PERIOD_MS FRAMES: in the background; sets $!.
stream() {
	# shellcheck disable=SC2086 # words on purpose
	dnnrun $common $hints --name "stream$1" --period-ms "$2" --phases "learn:6,run:$3" \
		--on-phase /tmp/phase --energy-file $emu/total_energy_uj \
		--log "/tmp/log$1" --summary "/tmp/summary$1" >"/tmp/said$1" 2>&1 &
}

# sums SUMMARY...: of the phase that counts; energy is the first one's, of the whole machine.
sums() {
	awk -F, '
		$1 == "run" {
			if (!frames) mj = $2 * $6
			frames += $2; misses += $3; level += $2 * $4; top1 += $2 * $5
		}
		END {
			printf "%d,%d,%.3f,%.4f,%.3f", frames, misses, level / frames, top1 / frames,
				mj / frames
		}' "$@"
}

for streams in ${6:-1 2}; do
	for utilisation in ${5:-light:20 medium:40 heavy:70}; do
		export THERE=/tmp/there STREAMS="$streams"
		rm -rf $THERE /tmp/summary* && mkdir $THERE
		# 1/P for one stream, 1/P + 1/(1.5 P) for two.
		period=$(awk -v cost="$cost_us" -v percent="${utilisation#*:}" -v streams="$streams" \
			'BEGIN { printf "%.3f", cost / 1000 * (streams == 2 ? 5 / 3 : 1) * 100 / percent }')
		first=$((streams == 2 ? frames * 3 / 5 : frames))
		stream 1 "$period" $first
		pids=$!
		if [ "$streams" = 2 ]; then
			stream 2 "$(awk -v p="$period" 'BEGIN { printf "%.3f", 1.5 * p }')" \
				$((first * 2 / 3))
			pids="$pids $!"
		fi
		status=0
		for pid in $pids; do
			wait "$pid" || status=1
		done
		name="$profile,$streams,${utilisation%:*},$governor"
		if [ $status = 0 ]; then
			ok "$name"
		else
			fail "$name: $(cat /tmp/said*)"
			continue
		fi
		# shellcheck disable=SC2046 # words on purpose
		line=$name,$(sums $(ls /tmp/summary*)),$period,$first
		echo "$line" >>/tmp/governors.csv
		progress "$line"
		for number in $(seq "$streams"); do
			result "frames-$streams-${utilisation%:*}-$number.csv" <"/tmp/log$number"
		done
	done
done
result governors.csv </tmp/governors.csv
