# SPDX-License-Identifier: MIT
#
# text.awk: board.csv for a terminal, with each governor's energy over that of schedutil.
BEGIN { FS = "," }
NR == 1 { next }
{
	row[++n] = $0
	mj[$1, $2] = $6
	if (!seen[$8]++) sources = sources (sources ? ", " : "") $8
}
END {
	printf "%-10s %-13s %7s %7s %6s %13s %10s %9s\n", "scenario", "governor", "frames", "misses",
		"level", "mJ per frame", "/schedutil", "mean MHz"
	for (i = 1; i <= n; i++) {
		split(row[i], f, ",")
		if (i > 1 && f[1] != last) print ""
		last = f[1]
		base = mj[f[1], "schedutil"]
		energy = ratio = mhz = "-"
		if (f[6] != "") energy = sprintf("%.3f", f[6] / 1000)
		if (f[6] != "" && base > 0) ratio = sprintf("%.2fx", f[6] / base)
		if (f[7] != "") mhz = int(f[7] / 1000)
		printf "%-10s %-13s %7d %7d %6.2f %13s %10s %9s\n", f[1], f[2], f[3], f[4], f[5], energy,
			ratio, mhz
	}
	print "\nEnergy by: " sources
}
