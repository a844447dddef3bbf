# SPDX-License-Identifier: MIT
# lab: --smp 2 --biglittle --timeout 600
#
# The co-scheduling client: with and without the module, under a cap, and back.

check "load emufreq" load_emufreq profile=odroid-xu3
hint_test whole_life >/tmp/frames
status=$?
result frames.txt </tmp/frames
check_eq "frames go on while module and caps come and go ($(tail -n 1 /tmp/frames))" $status 0
