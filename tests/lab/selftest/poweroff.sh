# SPDX-License-Identifier: MIT
# The guest goes away half-way.
ok "so far so good"
poweroff -f
sleep 10
