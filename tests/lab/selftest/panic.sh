# SPDX-License-Identifier: MIT
# The kernel dies.
ok "so far so good"
echo c >/proc/sysrq-trigger
