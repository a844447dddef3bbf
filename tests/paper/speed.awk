# SPDX-License-Identifier: MIT
#
# speed.awk: speed.csv of dyndnn-bench as a CSV with a line for each network and number of threads:
# medians of our lowest and highest level, and other engines' over ours at the highest.
BEGIN { FS = "," }
NR == 1 {
	for (i = 1; i <= NF; i++)
		col[$i] = i
	next
}
NF {
	row = $(col["net"]) "," $(col["dtype"]) "," $(col["threads"])
	engine = $(col["engine"])
	level = $(col["level"])
	us[row, engine, level] = $(col["median_us"])
	if (!(row in top))
		rows[++nr] = row
	if (level + 0 > top[row])
		top[row] = level + 0
	if (engine != "dyndnn" && !(engine in seen)) {
		seen[engine]
		others[++engines] = engine
	}
}
END {
	line = "net,dtype,threads,level 1 us,all levels us"
	for (e = 1; e <= engines; e++)
		line = line "," others[e] " over ours"
	print line
	for (n = 1; n <= nr; n++) {
		row = rows[n]
		ours = us[row, "dyndnn", top[row]]
		if (!ours)
			continue
		line = row "," us[row, "dyndnn", 1] "," ours
		for (e = 1; e <= engines; e++) {
			other = us[row, others[e], top[row]]
			line = line "," (other ? sprintf("%.2f", other / ours) : "")
		}
		print line
	}
}
