# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 1800 --beat 50 --file scripts/board:/board/scripts/board --file tests/board:/board/tests/board --file models/fashion-mnist.dnn:/board/models/fashion-mnist.dnn --file /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz:/board/data/t10k-images-idx3-ubyte.gz --file /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz:/board/data/t10k-labels-idx1-ubyte.gz
#
# Measuring on a board: the emulated board's power sensors, dnnpower against the driver's own
# account, and scripts/board, which refuses what it cannot do and gives back what it changed.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq
CHIP=dnn_emufreq-isa-0000
export BIN=/usr/bin DATA=/board/data RESULTS=/tmp/results MODEL=models/fashion-mnist.dnn
board() { /board/scripts/board "$@"; }

# refuses STATUS TEXT CMD...: with that status, and a text that says so.
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

# --- Nothing is there -----------------------------------------------------------------------

refuses 69 "no power sensor" dnnpower true
refuses 69 "no power sensor" dnnpower --list
refuses 2 "no cpufreq" board
refuses 2 "unknown argument" board --fast
refuses 2 "DURATION must be 1..3600" env DURATION=0 /board/scripts/board
refuses 2 "no images" env DATA=/none /board/scripts/board
refuses 2 "no model" env MODEL=/none /board/scripts/board

# --- The sensors ----------------------------------------------------------------------------

check "load" load_emufreq profile=odroid-xu3
hwmon=$(dirname "$(grep -lx dnn_emufreq /sys/class/hwmon/hwmon*/name)")
check_eq "a label for each cluster" "$(cat "$hwmon"/energy*_label "$hwmon"/power*_label | tr '\n' ' ')" \
	"policy0 policy1 policy0 policy1 "
check_eq "no sensors of clusters that are not there" "$(ls "$hwmon" | grep -c _input)" 4
for n in 1 2; do
	from=$(cat "$EMU/policy$((n - 1))/energy_uj")
	counter=$(cat "$hwmon/energy${n}_input")
	check_range "energy$n is the cluster's" "$counter" "$from" "$(cat "$EMU/policy$((n - 1))/energy_uj")"
done

set_governor performance || fail "performance"
taskset -p 1 $$ >/dev/null
# A mean since the conversion before: of an idle second, idle power and what reading takes.
cat "$hwmon/power2_input" >/dev/null
sleep 1
idle_uw=$(awk 'END { print $3 }' $EMU/policy1/opps)
busy_uw=$(awk 'END { print $2 }' $EMU/policy1/opps)
check_range "power of an idle second" "$(cat "$hwmon/power2_input")" $((idle_uw * 99 / 100)) \
	$((idle_uw * 105 / 100))
spinloop -c 1 -n 100000 -t 300 >/dev/null &
usleep 100000
cat "$hwmon/power2_input" >/dev/null
usleep 150000
check_range "power of a busy time" "$(cat "$hwmon/power2_input")" $((busy_uw * 98 / 100)) "$busy_uw"
wait
usleep 50000
cat "$hwmon/power2_input" >/tmp/first
cat "$hwmon/power2_input" >/tmp/second
check_eq "one conversion an update interval" "$(cat /tmp/second)" "$(cat /tmp/first)"

# --- dnnpower -------------------------------------------------------------------------------

check_eq "the list" "$(dnnpower --list | awk '{ print $1, $2 }' | tr '\n' ' ')" \
	"$CHIP/policy0 energy $CHIP/policy1 energy "
check_eq "the list of power" "$(dnnpower --list --power | awk '{ print $1, $2 }' | tr '\n' ' ')" \
	"$CHIP/policy0 power $CHIP/policy1 power "
refuses 64 "several sensors" dnnpower true
refuses 64 "none of the sensors above is 'ina231-*'" dnnpower --sensor 'ina231-*' true

# Work that comes and goes, between two readings of the driver's own account.
cat >/tmp/work <<'END'
cat /sys/kernel/dnn_emufreq/total_energy_uj >/tmp/from
for i in 1 2 3; do
	spinloop -c 1 -n 100000 -t 200 >/dev/null
	usleep 300000
done
cat /sys/kernel/dnn_emufreq/total_energy_uj >/tmp/to
END
for mode in "" --power; do
	# shellcheck disable=SC2086 # words on purpose
	check "dnnpower $mode" dnnpower $mode --rate 50 --sensor $CHIP -o /tmp/energy.csv sh /tmp/work
	own=$(($(cat /tmp/to) - $(cat /tmp/from)))
	check_range "dnnpower $mode: energy over the driver's own account" \
		"$(awk -F, -v own=$own '$1 == "all" { printf "%.4f", $2 / own }' /tmp/energy.csv)" 0.98 1.03
	check_range "dnnpower $mode: its longest gap is near the period" \
		"$(awk -F, '$1 == "all" { print $5 }' /tmp/energy.csv)" 19000 40000
	progress "dnnpower $mode: $(tail -n 1 /tmp/energy.csv), the driver $own uJ"
done
check_eq "the status is the command's" "$(dnnpower --sensor $CHIP sh -c 'exit 5' 2>/dev/null; echo $?)" 5

# --- scripts/board refuses ------------------------------------------------------------------

refuses 2 "no governor dnn: dnn_gov.ko is not loaded" board --sensor $CHIP
refuses 2 "GOVERNORS: no governor interactive" env GOVERNORS="schedutil interactive" /board/scripts/board
refuses 2 "energy cannot be measured" env GOVERNORS=schedutil /board/scripts/board --sensor 'ina231-*'
refuses 2 "CPU: cpu9 is not there" env GOVERNORS=schedutil CPU=9 /board/scripts/board
cp /bin/busybox /tmp/su && chmod 4755 /tmp/su
refuses 2 "not root" su -s /bin/sh nobody -c "BIN=$BIN DATA=$DATA MODEL=$MODEL /board/scripts/board"
check_eq "no refusal changed a governor" "$(cat $CPUFREQ/policy*/scaling_governor | uniq)" performance

# --- and measures ---------------------------------------------------------------------------

check "governor" load_gov
set_governor conservative || fail "conservative"
echo 1800000 >$CPUFREQ/policy1/scaling_max_freq
echo 300000 >$CPUFREQ/policy1/scaling_min_freq
state() { cat $CPUFREQ/policy*/scaling_governor $CPUFREQ/policy*/scaling_min_freq $CPUFREQ/policy*/scaling_max_freq; }
state >/tmp/before
left() { pidof dnnrun dnnpower; ps | grep 'hog /tmp' | grep -v grep; }

check "dnn and schedutil" env DURATION=2 SCENARIOS="1-medium 2-light phases" \
	GOVERNORS="dnn schedutil" IDLE_POWER_UW="0=15000 1=15000" \
	/board/scripts/board --sensor $CHIP
result board.csv <$RESULTS/board.csv
state >/tmp/after
check_eq "governors and limits are as before" "$(cat /tmp/after)" "$(cat /tmp/before)"
check_eq "nothing runs on" "$(left)" ""
check_eq "a row of each scenario" "$(cut -d, -f 1,2 $RESULTS/board.csv | tail -n +2 | tr '\n' ' ')" \
	"1-medium,dnn 1-medium,schedutil 2-light,dnn 2-light,schedutil steady,dnn steady,schedutil capped,dnn capped,schedutil restored,dnn restored,schedutil hog,dnn hog,schedutil "
check_eq "rows are whole" "$(awk -F, 'NR > 1 && (NF != 8 || $3 < 20 || $6 <= 0 || $7 <= 0 ||
	$8 != "'$CHIP/policy0+$CHIP/policy1'")' $RESULTS/board.csv)" ""
# of SCENARIO,GOVERNOR COLUMN
of() { awk -F, -v row="$1" -v column="$2" '$1 "," $2 == row { print $column }' $RESULTS/board.csv; }
check_range "dnn takes less than schedutil" \
	"$(awk -v a="$(of steady,dnn 6)" -v b="$(of steady,schedutil 6)" 'BEGIN { printf "%.3f", a / b }')" 0.3 0.98
check_range "the cap holds" "$(of capped,schedutil 7)" 200000 720000
check_eq "under which schedutil misses" "$(of capped,schedutil 4)" "$(of capped,schedutil 3)"
check_eq "and dnn does not" "$(of capped,dnn 4)" 0
check_range "with a part of the network" "$(of capped,dnn 5)" 1 3.5
check_range "two streams have the frames of both" "$(of 2-light,dnn 3)" 25 200

# The same window by the driver's account: what dnnrun reads of it at the begin and the end of
# the phase.
mkdir -p /tmp/streams/there
cat >/tmp/run <<END
exec dnnrun --hints --model /board/models/fashion-mnist.dnn --data $DATA --cpu 1 --period-ms 70 \
	--phases learn:5,run:40 --energy-file $EMU/total_energy_uj --log /tmp/run.log --summary /tmp/run.summary
END
set_governor dnn || fail "dnn"
check "a stream" dnnpower --sensor $CHIP --samples /tmp/samples -o /tmp/energy.csv sh /tmp/run
check_range "energy of a phase over the driver's account" "$(awk -F, -v uj="$(awk -v phase=run \
	-f /board/tests/board/energy.awk /tmp/samples /tmp/run.log)" \
	'$1 == "run" { printf "%.4f", uj / ($6 * 1000 * $2) }' /tmp/run.summary)" 0.98 1.02
check_eq "no energy for a phase that was not sampled" "$(head -n 5 /tmp/samples >/tmp/short
	awk -v phase=run -f /board/tests/board/energy.awk /tmp/short /tmp/run.log; echo $?)" 1
set_governor conservative || fail "conservative"

# Few and fast ones, for the host's sake.
echo 1000000 >$CPUFREQ/policy1/scaling_min_freq
echo 1000000 >$CPUFREQ/policy0/scaling_min_freq
state >/tmp/narrow
check "operating points" env DURATION=1 SCENARIOS=range GOVERNORS=performance \
	/board/scripts/board --sensor $CHIP
result board_range.csv <$RESULTS/board_range.csv
awk -f /board/tests/board/ranges.awk $RESULTS/board_range.csv >/tmp/ranges
range() { awk -F, -v claim="range of $1; measured on a board" '$1 == claim { print $3 }' /tmp/ranges; }
check_eq "points of both clusters" "$(tail -n +2 $RESULTS/board_range.csv | cut -d, -f 1,3 | tr '\n' ' ')" \
	"1,1 1,2 1,3 1,4 1,1 1,4 1,1 1,4 0,1 0,4 0,1 0,4 0,1 0,4 "
check_range "range of time, levels alone" "$(range "time; dynamic DNN alone")" 3.8 4.2
check_range "range of energy, levels alone" "$(range "energy; dynamic DNN alone")" 3.7 4.3
# The A7 has 377 / 1024 of the A15's speed, both at the top: 1400 and 2000 MHz.
check_range "range of time, with mapping and DVFS" "$(range "time with mapping and DVFS")" \
	"$(awk 'BEGIN { print 4 * 1800 / 2000 * 1024 / 377 * 1400 / 1000 * 0.94 }')" \
	"$(awk 'BEGIN { print 4 * 1800 / 2000 * 1024 / 377 * 1400 / 1000 * 1.06 }')"
check_range "range of energy, with mapping and DVFS" "$(range "energy with mapping and DVFS")" 4.5 30
state >/tmp/after
check_eq "limits are as before" "$(cat /tmp/after)" "$(cat /tmp/narrow)"
echo 200000 >$CPUFREQ/policy0/scaling_min_freq
echo 300000 >$CPUFREQ/policy1/scaling_min_freq

check "without energy" env DURATION=1 SCENARIOS="1-light" GOVERNORS=schedutil /board/scripts/board --no-energy
check_eq "its energy is empty" "$(tail -n 1 $RESULTS/board.csv | cut -d, -f 6,8)" ",none"

# --- A signal ends it -----------------------------------------------------------------------

in_hog() { [ "$(left | grep -c 'hog /tmp')" -ge 2 ]; }
for signal in TERM HUP; do
	[ $signal = TERM ] && what=in_hog || what="pidof dnnrun"
	env DURATION=1 SCENARIOS=phases GOVERNORS=performance /board/scripts/board --sensor $CHIP >/tmp/said 2>&1 &
	pid=$!
	# shellcheck disable=SC2086 # words on purpose
	check "$signal: it is at work" wait_for 120 $what
	kill -$signal $pid
	wait $pid
	check_eq "$signal: its status" $? $([ $signal = TERM ] && echo 143 || echo 129)
	state >/tmp/after
	check_eq "$signal: governors and limits are as before" "$(cat /tmp/after)" "$(cat /tmp/before)"
	check_eq "$signal: nothing runs on" "$(left)" ""
	check_eq "$signal: no folder stays" "$(ls -d /tmp/tmp.* 2>/dev/null)" ""
done

set_governor schedutil || fail "schedutil"
check "unload dnn_gov" rmmod dnn_gov
check "unload dnn_emufreq, with its sensors" rmmod dnn_emufreq
check_eq "they are gone" "$(grep -lx dnn_emufreq /sys/class/hwmon/hwmon*/name 2>/dev/null)" ""
