# SPDX-License-Identifier: MIT
# The words of a scenario; read in before it. One line on the results port is one event; the
# host counts, shows and stores them (see tests/lab/host/port.h).

LAB_PORT=/dev/ttyS0

# One write per line: the tty layer then never mixes lines of two processes.
_lab_line() {
	printf '%s\n' "$(printf '%s' "$*" | tr '\n' ' ')" >$LAB_PORT
}

# A check's name also goes to the kernel log, so that a splat can be placed.
_lab_verdict() {
	echo "lab: $*" >/dev/kmsg
	_lab_line "$*"
}

ok() { _lab_verdict "ok - $*"; }
fail() {
	if [ -n "${_lab_timed:-}" ] && [ -n "${LAB_UNTIMED:-}" ]; then
		skip "$* (times are not judged)"
		return 0
	fi
	_lab_verdict "not ok - $*"
	return 1
}
skip() { _lab_verdict "skip - $*"; }

# progress TEXT: shown at once on the host.
progress() { _lab_line "# $*"; }

# timed CHECK...: a check that holds only where the kernel is as fast as one in use. It is made
# everywhere, with all its work; on a kernel that says LAB_UNTIMED on its command line, because
# its checkers take several times as long as what they check, it cannot fail.
timed() {
	local _lab_timed=1
	"$@"
}

# What is waited for comes later there, too.
_lab_patience=${LAB_UNTIMED:+10}
_lab_patience=${_lab_patience:-1}

# Frames there are to be longer, for the kernel's part in them to be small, and to come less often
# still, because the driver's slowing a CPU down takes more, too: so many times the work and so many
# times the period of what a scenario has.
times=${LAB_UNTIMED:+5}
times=${times:-1}
longer=${LAB_UNTIMED:+8}
longer=${longer:-1}

# check DESCRIPTION CMD...: CMD must succeed; what it prints is shown if it does not. It runs
# in a subshell: variables it sets are lost.
check() {
	local what=$1 out status
	shift
	out=$("$@" 2>&1)
	status=$?
	if [ $status -eq 0 ]; then
		ok "$what"
	else
		fail "$what"
		progress "  status $status of: $*"
		[ -z "$out" ] || progress "  $out"
		return 1
	fi
}

# expect_fail DESCRIPTION CMD...: CMD must fail, but not by a signal.
expect_fail() {
	local what=$1 out status
	shift
	out=$("$@" 2>&1)
	status=$?
	if [ $status -eq 0 ]; then
		fail "$what (it succeeded)"
	elif [ $status -ge 126 ]; then
		fail "$what (status $status: $out)"
	else
		ok "$what"
	fi
}

# refuses STATUS TEXT CMD...: CMD must fail with that status, and what it prints have that text.
refuses() {
	local status=$1 text=$2 got
	shift 2
	"$@" >/tmp/said 2>&1
	got=$?
	if [ $got -eq "$status" ] && grep -qF "$text" /tmp/said; then
		ok "refused: $text"
	else
		fail "refused: $text (status $got: $(head -c 400 /tmp/said))"
	fi
}

# check_eq DESCRIPTION GOT WANT
check_eq() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		fail "$1 (got '$2', want '$3')"
	fi
}

# check_range DESCRIPTION VALUE LO HI: numbers, whole or not, bounds included.
check_range() {
	if awk -v v="$2" -v lo="$3" -v hi="$4" 'BEGIN {
		number = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
		exit !(v ~ number && v + 0 >= lo + 0 && v + 0 <= hi + 0) }'; then
		ok "$1 ($2 in $3..$4)"
	else
		fail "$1 (got '$2', want $3..$4)"
	fi
}

# wait_for SECONDS CMD...: poll until CMD succeeds, SECONDS of the guest's time at most.
wait_for() {
	local limit now
	limit=$(awk -v s="$1" -v times=$_lab_patience '{ print int(($1 + s * times) * 100) }' /proc/uptime)
	shift
	until "$@" >/dev/null 2>&1; do
		now=$(awk '{ print int($1 * 100) }' /proc/uptime)
		[ "$now" -lt "$limit" ] || return 1
		usleep 10000
	done
}

# wait_quietly MS CMD...: the same, but looking every quarter of a second and starting no program
# of its own: all CPUs of the guest share the time of one of the host, and for a slow CPU to look
# is itself a load.
wait_quietly() {
	local tries=$(($1 * _lab_patience / 250))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		usleep 250000
	done
}

# Standard input as one frame on the port. Every line carries the frame's id and is one write,
# so that frames and verdicts of several processes may mix.
_lab_send() {
	local file id
	file=$(mktemp /tmp/send.XXXXXX)
	id=${file##*.}
	cat >"$file"
	_lab_line "$1 $id $2 $(wc -c <"$file") $(crc32 <"$file")"
	base64 "$file" | awk -v id="$id" '{ print "=" id " " $0; fflush() }' >$LAB_PORT
	_lab_line "@end $id"
	rm -f "$file"
}

# result NAME: standard input becomes the file NAME in the host's results folder.
result() {
	case "$1" in
	"" | .* | *[!A-Za-z0-9._-]*)
		fail "result name '$1' (letters, digits, '.', '_', '-')"
		return 1
		;;
	esac
	_lab_send @result "$1"
}

# tried COUNT FAILED WHAT: so often in this run, for build/results/trust.csv. The scenario names
# WHAT in its head, too: "# trust: WHAT".
tried() { echo "$1 $2 $3" >>/tmp/tried; }

# --- The modules under test ----------------------------------------------------------------

load_emufreq() { insmod /lib/modules/dnn/dnn_emufreq.ko "$@"; }
load_gov() { insmod /lib/modules/dnn/dnn_gov.ko "$@"; }

# set_governor NAME [POLICY]: for one policy (policy0 or 0), or for all. The kernel's own
# governors that are modules are loaded first; reading back shows whether it took effect.
set_governor() {
	local dir policy=${2:-'*'}
	case "$1" in
	powersave | userspace | ondemand | conservative) modprobe -q "cpufreq_$1" ;;
	esac
	for dir in /sys/devices/system/cpu/cpufreq/policy${policy#policy}; do
		echo "$1" >"$dir/scaling_governor" || return 1
		[ "$(cat "$dir/scaling_governor")" = "$1" ] || return 1
	done
}

# get FILE: sets value to what is in it. The shell's own read, because starting a program would
# take time from the frames.
get() { read -r value <"$1"; }

# The governor's sums, of all its policies.
streams_are() { get /sys/kernel/dnn_gov/streams && [ "$value" = "$1" ]; }
pending_is() { get /sys/kernel/dnn_gov/pending && [ "$value" = "$1" ]; }

# Idle power, which the kernel's energy model cannot say and an administrator can, of the
# emulated driver's first and last OPP of every policy.
set_idle_power() {
	local dir opps
	for dir in /sys/devices/system/cpu/cpufreq/policy*; do
		opps=/sys/kernel/dnn_emufreq/$(basename "$dir")/opps
		awk 'NR == 1 { print $3 }' "$opps" >"$dir/dnn/idle_power_uw"
		awk 'END { print $3 }' "$opps" >"$dir/dnn/idle_power_top_uw"
	done
}

# Milliseconds of the guest's time since boot, in steps of 10.
uptime_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }
