# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --beat 50
#
# Energy as a board's power sensors tell it: those of the emulated board, and dnnpower against the
# driver's own account.

EMU=/sys/kernel/dnn_emufreq
CHIP=dnn_emufreq-isa-0000

refuses 69 "no power sensor" dnnpower true
refuses 69 "no power sensor" dnnpower --list

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
timed check_range "power of an idle second" "$(cat "$hwmon/power2_input")" $((idle_uw * 99 / 100)) \
	$((idle_uw * 105 / 100))
spinloop -c 1 -n 100000 -t 300 >/dev/null &
usleep 100000
cat "$hwmon/power2_input" >/dev/null
usleep 150000
# What is counted and the time of it are rounded.
timed check_range "power of a busy time" "$(cat "$hwmon/power2_input")" $((busy_uw * 98 / 100)) \
	$((busy_uw * 1001 / 1000))
wait
usleep 50000
cat "$hwmon/power2_input" >/tmp/first
cat "$hwmon/power2_input" >/tmp/second
timed check_eq "one conversion an update interval" "$(cat /tmp/second)" "$(cat /tmp/first)"

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
	timed check_range "dnnpower $mode: energy over the driver's own account" \
		"$(awk -F, -v own=$own '$1 == "all" { printf "%.4f", $2 / own }' /tmp/energy.csv)" 0.98 1.03
	timed check_range "dnnpower $mode: its longest gap is near the period" \
		"$(awk -F, '$1 == "all" { print $5 }' /tmp/energy.csv)" 19000 40000
	progress "dnnpower $mode: $(tail -n 1 /tmp/energy.csv), the driver $own uJ"
done
check_eq "the status is the command's" "$(dnnpower --sensor $CHIP sh -c 'exit 5' 2>/dev/null; echo $?)" 5


check "unload, with its sensors" rmmod dnn_emufreq
check_eq "they are gone" "$(grep -lx dnn_emufreq /sys/class/hwmon/hwmon*/name 2>/dev/null)" ""
