# SPDX-License-Identifier: MIT
# A module whose answers leak: looking at them as sec_replies.sh does finds each leak.
check "load" insmod /put/lab_leak.ko
check "what leaks is found, and nothing else" hint_test leaks
check "unload" rmmod lab_leak
