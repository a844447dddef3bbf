# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 400
# trust: clients that came and died
#
# gov_crowd.sh [CLIENTS]: a thousand clients come, begin a frame and are killed in the middle of it.
# None of their streams is left, every frame is accounted for, and the kernel has its memory back.

clients=${1:-1000}
CPUFREQ=/sys/devices/system/cpu/cpufreq
GOV=/sys/kernel/dnn_gov
# What a kernel's memory differs by for its own reasons, kB. A stream takes 16 kB, so the loss of one in
# thirty would be more.
most_kb=512

slab_kb() { awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo; }
back() { [ "$(slab_kb)" -le $((slab + most_kb)) ]; }
below() { get $CPUFREQ/policy1/scaling_cur_freq && [ "$value" -lt "$1" ]; }

load_emufreq profile=odroid-xu3 || fail "emufreq"
load_gov && set_governor dnn || fail "dnn_gov"

# What the first ones leave is what the kernel keeps ready.
check "the first ones" crowd -n 100
check "are gone" wait_for 5 streams_are 0
get $GOV/frames
begun=$value
slab=$(slab_kb)
check "$clients clients" crowd -n "$clients"
check "all streams are gone" wait_for 5 streams_are 0
check_eq "all frames began" "$(($(cat $GOV/frames) - begun))" "$clients"
check_eq "and are abandoned" "$(cat $GOV/abandoned)" "$(cat $GOV/frames)"
check_eq "none is pending" "$(cat $GOV/pending)" 0
check_eq "no directory is left" "$(ls $GOV | grep -c '^stream[0-9]')" 0
check "the frequency returns" wait_quietly 2000 below 1000000
# KASAN keeps what was freed for a while.
[ -n "$LAB_CHECKERS" ] || check "memory is back" wait_for 10 back
progress "memory of the kernel: $slab kB, then $(slab_kb) kB"
check "another one can come" dnnhint-minimal
check "another governor" set_governor schedutil
check "unload" rmmod dnn_gov
check "unload emufreq" rmmod dnn_emufreq
tried "$clients" 0 "clients that came and died"
