# SPDX-License-Identifier: MIT
# Uses every word of lib.sh in a way that must pass; the host then looks at the files.

progress "arguments: $*"
check "a command that succeeds" true
check "the CPUs are all there" test "$(nproc)" -gt 0
check_eq "arguments arrive as they were given" "$1|$2" "two words|it's"
check_range "a number within its bounds" 0.5 0.25 1
expect_fail "a command that fails" false
skip "something this guest lacks"

before=$(uptime_ms)
check "time passes while nothing runs" sleep 2
check_range "and it passes as fast as it should" $(($(uptime_ms) - before)) 2000 2100

rm -f /tmp/later
(sleep 1; touch /tmp/later) &
check "a condition that comes true is waited for" wait_for 5 test -e /tmp/later
expect_fail "one that does not is given up" wait_for 1 test -e /tmp/never

# Every byte value, and more than the port's buffers hold.
dd if=/dev/urandom of=/tmp/random bs=1k count=100 2>/dev/null
sha256sum </tmp/random | cut -d' ' -f1 | result random.sum
result random <"/tmp/random"
: | result empty

check "Debian's own governors can be loaded" modprobe cpufreq_ondemand
check "the file put in is there" grep -qx "put in" /put/in
check "and the folder" grep -qx deep /put/tree/below/file
