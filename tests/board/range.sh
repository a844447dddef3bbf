#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2034,SC2154 # variables without a value here are scripts/board's
#
# range.sh: what an inference takes at operating points of this machine, core, frequency and level,
# one right after the other; for scripts/board. The first rows are the levels alone, at the top.

# The first CPU of the slowest, as far as the kernel says so; empty if all are alike.
slowest_cpu() {
	cpu_speeds | sort -k 2,2n -k 3,3n -k 1,1n | awk -v fastest="$1" '
		NR == 1 { cpu = $1; speed = $2 " " $3 }
		$1 == fastest { print $2 " " $3 == speed ? "" : cpu }'
}

# Lowest, middle and highest frequency of a policy that are allowed.
three_khz() {
	list=$cpufreq/$1/scaling_available_frequencies
	if [ -r "$list" ]; then cat "$list"; else echo; fi | awk -v min="$(saved_of "$1" 3)" \
		-v max="$(saved_of "$1" 4)" '
		function away(from, to) { return from < to ? to - from : from - to }
		function near(want,    i, best) {
			best = want
			for (i = 1; i <= NF; i++)
				if (i == 1 || away($i, want) < away(best, want)) best = $i + 0
			return best
		}
		{
			min += 0
			max += 0
			middle = near(int((min + max) / 2))
			print min, (middle > min && middle < max ? middle : ""), (max > min ? max : "")
		}'
}

# limit POLICY MIN MAX
limit() {
	cat "$cpufreq/$1/cpuinfo_max_freq" >"$cpufreq/$1/scaling_max_freq" &&
		echo "$2" >"$cpufreq/$1/scaling_min_freq" && echo "$3" >"$cpufreq/$1/scaling_max_freq"
}

# Mean time of the frames that were run, in us.
mean_us() {
	awk -F, '$1 == "run" && $7 { sum += $4 - $3; n++ } END { printf "%.0f", n ? sum / n : 0 }' \
		"$work/one.log"
}

# point CPU KHZ LEVEL
point() {
	BOARD_CPU=$1
	BOARD_HINTS="--no-hints --level $3"
	where=$(policy_of "$1")
	limit "$where" "$2" "$2" || return
	# Long enough for a core of an eighth of the speed a MHz, and never endless.
	period=$(awk -v ms="$(of_cost 8)" -v top="$BOARD_MAX_KHZ" -v khz="$2" 'BEGIN {
		ms *= top / khz
		printf "%.3f", (ms < 2000 ? ms : 2000)
	}')
	streams "one:$period:$period:learn:1,run:2" || return
	probe_us=$(mean_us)
	[ "$probe_us" -gt 0 ] || {
		echo "board: CPU $1 at $2 kHz, level $3: no frame took less than $period ms" >&2
		return 1
	}
	# A little longer than it takes, so that none waits for the one before.
	period=$(awk -v us="$probe_us" 'BEGIN { printf "%.3f", us * 1.1 / 1000 }')
	streams "one:$period:$period:learn:2,run:$(frames_of "$period")" || return
	uj=$(energy_of range run one) || return
	awk -F, -v head="$1,$2,$3" -v us="$(mean_us)" -v uj="$uj" -v source="$(source_name)" '
		$1 == "run" {
			printf "%s,%d,%.0f,%s,%s\n", head, $2, us, uj == "" ? "" : sprintf("%.3f", uj / $2), source
		}' "$work/one.summary" >>"$work/range.csv"
	limit "$where" "$(saved_of "$where" 3)" "$(saved_of "$where" 4)"
}

range() {
	fastest=$BOARD_CPU
	levels=$("$BOARD_BIN/dyndnn-tool" info "$MODEL" | awk '$1 == "groups:" { print $2 }')
	[ -n "$levels" ] || return 1
	echo "cpu,khz,level,frames,time_us,energy_uj,source" >"$work/range.csv"
	for level in $(seq "$levels"); do
		point "$fastest" "$(saved_of "$(policy_of "$fastest")" 4)" "$level" || return
	done
	for cpu in "$fastest" $(slowest_cpu "$fastest"); do
		frequencies=$(three_khz "$(policy_of "$cpu")") || return
		for khz in $frequencies; do
			# those at the top are there
			[ "$cpu $khz" != "$fastest $(saved_of "$(policy_of "$cpu")" 4)" ] || continue
			point "$cpu" "$khz" 1 && point "$cpu" "$khz" "$levels" || return
		done
	done
	BOARD_CPU=$fastest
}
