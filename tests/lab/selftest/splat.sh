# SPDX-License-Identifier: MIT
# splat.sh KIND: the kernel complains in the way named, while every check passes.
ok "WARNING: a check's own name is no splat"
echo 'BUG: what a scenario prints is no splat either'
insmod /put/lab_splat.ko kind="$1"
ok "after the splat"
