# SPDX-License-Identifier: MIT
#
# ranges.awk: of board_range.csv, rows as the table of the paper's claims has them. The paper's
# values are those of its abstract, see docs/paper.md.
BEGIN {
	FS = ","
	alone["time"] = 2.73
	alone["energy"] = 2.36
	mapped["time"] = 41.6
	mapped["energy"] = 10.6
}
function note(what, set, value) {
	value += 0
	if (!((what, set) in most) || value > most[what, set]) most[what, set] = value
	if (!((what, set) in least) || value < least[what, set]) least[what, set] = value
}
function row(what, set, claim, paper, how) {
	if (least[what, set] > 0)
		printf "range of %s%s; measured on a board,%s,%.4g,x,%s; %d points\n", what, claim, paper,
			most[what, set] / least[what, set], how, points[set]
}
NR == 1 { next }
NR == 2 { top = $1 " " $2 }
{
	at_top = $1 " " $2 == top
	points["all"]++
	points["alone"] += at_top
	note("time", "all", $5)
	if ($6 != "") note("energy", "all", $6)
	if (at_top) note("time", "alone", $5)
	if (at_top && $6 != "") note("energy", "alone", $6)
}
END {
	split("energy time", names, " ")
	for (i = 1; i <= 2; i++) {
		row(names[i], "alone", "; dynamic DNN alone", alone[names[i]], "make board; levels at the top frequency")
		row(names[i], "all", " with mapping and DVFS", mapped[names[i]],
			"make board; cores and frequencies; no GPU")
	}
}
