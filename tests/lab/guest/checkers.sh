# SPDX-License-Identifier: MIT
#
# After a scenario on a kernel with checkers (LAB_CHECKERS names them, see tests/lab/sanitized):
# were they at work to the end, and what has the one found that only tells when asked? What they
# tell by themselves is in the kernel's log, which the host reads. A checker that has given up finds
# nothing more: the run proves nothing then, and fails.

lockdep_works() { grep -q '^ *debug_locks: *1$' /proc/lockdep_stats; }

# leaks: there are none, as kmemleak sees it. It believes in a leak only after 5 s, and after it has
# seen the same contents twice. The modules' names of addresses, which went with them, come along.
leaks() {
	local file=/sys/kernel/debug/kmemleak
	sleep 6
	check "kmemleak scans" eval "echo scan >$file && echo scan >$file"
	cat $file >/tmp/leaks
	check_eq "no memory is lost" "$(grep -c '^unreferenced object' /tmp/leaks)" 0 || {
		result leaks </tmp/leaks
		result symbols </tmp/symbols
	}
}

# unload: what a scenario has left loaded, so that what only the modules knew shows as lost.
unload() {
	local module
	for module in dnn_gov dnn_emufreq; do
		[ ! -e /sys/module/$module ] || rmmod $module || return
	done
}

for checker in $(echo "$LAB_CHECKERS" | tr , " "); do
	case $checker in
	lockdep) check "lockdep is still at work" lockdep_works ;;
	kmemleak)
		grep '\[' /proc/kallsyms >/tmp/symbols
		for dir in /sys/devices/system/cpu/cpufreq/policy*; do
			[ ! -e "$dir" ] || echo schedutil >"$dir/scaling_governor"
		done
		check "what is still loaded goes" unload
		leaks
		;;
	kcsan)
		check "KCSAN is still at work" grep -q '^enabled: 1$' /sys/kernel/debug/kcsan
		check_range "and has watched accesses" \
			"$(awk '$1 == "setup_watchpoints:" { print $2 }' /sys/kernel/debug/kcsan)" \
			1000 1e12
		progress "KCSAN: $(head -n 12 /sys/kernel/debug/kcsan)"
		;;
	*) fail "LAB_CHECKERS: no checker '$checker'" ;;
	esac
done
