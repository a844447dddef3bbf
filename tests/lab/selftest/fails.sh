# SPDX-License-Identifier: MIT
# Each word of lib.sh in a way that must fail; the name says how many failures are due.

fail "1: said outright"
check "2: a command that fails" sh -c 'echo what it printed; exit 3'
check_eq "3: another value" 1 2
check_range "4: below the bounds" 0.2 0.25 1
check_range "5: above the bounds" 2 0.25 1
check_range "6: no number" "" 0 1
expect_fail "7: a command that succeeds" true
expect_fail "8: a command that is not there" no-such-command
result ../escape </dev/null
set_governor nonesuch && ok "a governor that is not there was set"
ok "one that passes all the same"
