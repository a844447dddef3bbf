# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 900 --file scripts/board:/board/scripts/board --file tests/board:/board/tests/board --file models/fashion-mnist.dnn:/board/models/fashion-mnist.dnn --file /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz:/board/data/t10k-images-idx3-ubyte.gz --file /usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz:/board/data/t10k-labels-idx1-ubyte.gz
#
# Measuring on a board: scripts/board refuses what it cannot do and gives back what it changed;
# its energy is that of the driver's own account.

CPUFREQ=/sys/devices/system/cpu/cpufreq
EMU=/sys/kernel/dnn_emufreq
CHIP=dnn_emufreq-isa-0000
export BIN=/usr/bin DATA=/board/data RESULTS=/tmp/results MODEL=models/fashion-mnist.dnn
board() { /board/scripts/board "$@"; }

# --- Nothing is there -----------------------------------------------------------------------

refuses 2 "no cpufreq" board
refuses 2 "unknown argument" board --fast
refuses 2 "DURATION must be 1..3600" env DURATION=0 /board/scripts/board
refuses 2 "no images" env DATA=/none /board/scripts/board
refuses 2 "no model" env MODEL=/none /board/scripts/board

check "load" load_emufreq profile=odroid-xu3
set_governor performance || fail "performance"
taskset -p 1 $$ >/dev/null

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
timed check_range "dnn takes less than schedutil" \
	"$(awk -v a="$(of steady,dnn 6)" -v b="$(of steady,schedutil 6)" 'BEGIN { printf "%.3f", a / b }')" 0.3 0.98
check_range "the cap holds" "$(of capped,schedutil 7)" 200000 720000
check_eq "under which schedutil misses" "$(of capped,schedutil 4)" "$(of capped,schedutil 3)"
timed check_eq "and dnn does not" "$(of capped,dnn 4)" 0
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
timed check_range "range of time, levels alone" "$(range "time; dynamic DNN alone")" 3.8 4.2
timed check_range "range of energy, levels alone" "$(range "energy; dynamic DNN alone")" 3.7 4.3
# The A7 has 377 / 1024 of the A15's speed, both at the top: 1400 and 2000 MHz.
timed check_range "range of time, with mapping and DVFS" "$(range "time with mapping and DVFS")" \
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

# By the list in its folder: on a slow kernel the phase is over before ps has looked twice.
in_hog() {
	set -- /tmp/tmp.*/hogs
	[ "$(wc -l <"$1")" -eq 2 ]
}
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
