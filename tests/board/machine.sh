#!/bin/sh
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # saved is the caller's
#
# machine.sh: this machine's governors and limits of frequency; for scripts/board. What was
# there before is in the file $saved, a line "POLICY GOVERNOR MIN MAX SPEED" each.

cpufreq=/sys/devices/system/cpu/cpufreq

# Of a policy that has the governor userspace, its speed; else "-".
speed_of() {
	case $(cat "$1/scaling_governor") in
	userspace) cat "$1/scaling_setspeed" ;;
	*) echo - ;;
	esac
}

save_machine() {
	for policy in "$cpufreq"/policy*; do
		echo "${policy##*/} $(cat "$policy/scaling_governor") $(cat "$policy/scaling_min_freq")" \
			"$(cat "$policy/scaling_max_freq") $(speed_of "$policy")"
	done >"$saved"
}

# All of it, even where a part cannot be had back.
restore_machine() {
	restored=0
	while read -r policy governor min max speed; do
		dir=$cpufreq/$policy
		if ! { echo "$governor" >"$dir/scaling_governor" && echo "$max" >"$dir/scaling_max_freq" &&
			echo "$min" >"$dir/scaling_min_freq" &&
			{ [ "$speed" = - ] || echo "$speed" >"$dir/scaling_setspeed"; }; } 2>/dev/null; then
			echo "board: $policy could not be given back $governor, $min..$max kHz" >&2
			restored=1
		fi
	done <"$saved"
	return $restored
}

# saved_of POLICY COLUMN
saved_of() {
	awk -v policy="$1" -v column="$2" '$1 == policy { print $column }' "$saved"
}

# has_governor NAME: on all policies; the kernel's own may be modules.
has_governor() {
	for policy in "$cpufreq"/policy*; do
		grep -qw "$1" "$policy/scaling_available_governors" || {
			modprobe -q "cpufreq_$1" 2>/dev/null || :
			grep -qw "$1" "$policy/scaling_available_governors"
		} || return 1
	done
}

set_governor() {
	for policy in "$cpufreq"/policy*; do
		echo "$1" >"$policy/scaling_governor" || return 1
	done
}

# A line "CPU CAPACITY KHZ" each.
cpu_speeds() {
	for dir in /sys/devices/system/cpu/cpu[0-9]*; do
		[ -e "$dir/cpufreq/cpuinfo_max_freq" ] || continue
		capacity=0
		[ ! -r "$dir/cpu_capacity" ] || capacity=$(cat "$dir/cpu_capacity")
		echo "${dir##*/cpu} $capacity $(cat "$dir/cpufreq/cpuinfo_max_freq")"
	done
}

# The CPU for streams: the last of the fastest.
fastest_cpu() {
	cpu_speeds | sort -k 2,2n -k 3,3n -k 1,1n | awk '{ cpu = $1 } END { print cpu }'
}

policy_of() {
	basename "$(readlink -f "/sys/devices/system/cpu/cpu$1/cpufreq")"
}

# A thermal cap for a policy as the lab has it: 0.4 of the top, an OPP where they are listed.
cap_of() {
	list=$cpufreq/$1/scaling_available_frequencies
	if [ -r "$list" ]; then cat "$list"; else echo; fi | awk -v max="$(saved_of "$1" 4)" \
		-v min="$(saved_of "$1" 3)" '
		{
			for (i = 1; i <= NF; i++)
				if ($i <= 0.4 * max && $i + 0 > cap) cap = $i + 0
		}
		END {
			if (!cap) cap = int(0.4 * max)
			print (cap < min + 0 ? min : cap)
		}'
}
