# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --append slub_debug=P
# trust, checks: security: replies looked at for poison
#
# Memory that nobody has filled in holds a pattern on this kernel. Whatever the module says, in
# messages and in files, is looked at for it and for addresses. That looking finds them in a module
# that leaks is part of tests/lab/selftest.

poisoned() { [ "$(cat "/sys/kernel/slab/kmalloc-$1/poison")" = 1 ]; }

for size in 256 1k 8k; do
	check "memory is poisoned: kmalloc-$size" poisoned $size
done
check "load emufreq" load_emufreq profile=odroid-xu3
check "load dnn_gov" load_gov
check "select the governor" set_governor dnn
echo 2001 >/sys/module/dnn_gov/parameters/gid

check "looking finds what is put there" hint_test detector
check "replies" sh -c 'hint_test replies >/tmp/replies' || progress "$(cat /tmp/replies)"
progress "replies: $(tail -n 1 /tmp/replies)"
check_range "there were many" "$(awk 'END { print $1 }' /tmp/replies)" 1000 1000000
check "files" hint_test files
check_eq "trace events tell no addresses" \
	"$(grep -l '%p' /sys/kernel/tracing/events/dnn_gov/*/format)" ""
check_eq "no stream is left" "$(cat /sys/kernel/dnn_gov/streams)" 0
set_governor schedutil
check "unload" rmmod dnn_gov
