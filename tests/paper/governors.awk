# SPDX-License-Identifier: MIT
#
# governors.awk: governors_sim.csv as a folded HTML table for each scenario: energy over the
# oracle's, or over dnn's where there is no oracle, misses and accuracy. A governor is dominated
# by one that is no worse in all three and better in one, the oracle apart. Columns go by name.
#
# dir=DIR  where the scenarios are: their second line says what they are about
BEGIN { FS = "," }
NR == 1 {
	for (i = 1; i <= NF; i++)
		col[$i] = i
	split("scenario,governor,missed,energy_uj,base_uj,mean_accuracy", need)
	for (i in need) {
		if (!(need[i] in col)) {
			print "governors.awk: no column " need[i] >"/dev/stderr"
			bad = 1
			exit 1
		}
	}
	next
}
NF {
	s = $(col["scenario"])
	if (!(s in count))
		order[++scenarios] = s
	i = ++count[s]
	name[s, i] = $(col["governor"])
	missed[s, i] = $(col["missed"])
	uj[s, i] = $(col["energy_uj"])
	governed[s, i] = $(col["energy_uj"]) - $(col["base_uj"])
	accuracy[s, i] = $(col["mean_accuracy"])
	at[s, name[s, i]] = i
}
function about(s,   path, line) {
	path = dir "/" s ".scenario"
	if ((getline line <path) > 0 && (getline line <path) > 0)
		sub(/^# */, "", line)
	else
		line = ""
	close(path)
	return line
}
function dominates(s, a, b) {
	if (missed[s, a] + 0 > missed[s, b] + 0 || uj[s, a] > uj[s, b] + 0 ||
	    accuracy[s, a] < accuracy[s, b] + 0)
		return 0
	return missed[s, a] + 0 < missed[s, b] + 0 || uj[s, a] < uj[s, b] + 0 ||
		accuracy[s, a] > accuracy[s, b] + 0
}
# The first one, and how many more.
function dominator(s, b,   i, by, more) {
	for (i = 1; i <= count[s]; i++) {
		if (i == b || name[s, i] == "oracle" || name[s, b] == "oracle" || !dominates(s, i, b))
			continue
		more += by != ""
		if (!by)
			by = name[s, i]
	}
	return by (more ? " and " more " more" : "")
}
function told(s, i, than,   by) {
	by = dominator(s, i)
	return (than == "dnn" ? "" : sprintf("takes %.2fx the oracle&#39;s energy, ",
					     governed[s, i] / governed[s, at[s, than]])) \
		sprintf("misses %s, accuracy %.2f %%", missed[s, i] + 0, 100 * accuracy[s, i]) \
		(by ? ", dominated by " by : "")
}
END {
	if (bad)
		exit 1
	for (n = 1; n <= scenarios; n++) {
		s = order[n]
		than = (s, "oracle") in at ? "oracle" : "dnn"
		print "<details class=k><summary><b>" s "</b>" \
			((s, "dnn") in at ? ": dnn " told(s, at[s, "dnn"], than) : "") \
			"</summary><p class=s>" about(s) "</p>"
		if (!((s, than) in at)) {
			print "<p>Neither oracle nor dnn is there.</p></details>"
			continue
		}
		print "<div class=w><table><thead><tr><th>governor</th><th>energy over " than "&#39;s</th>" \
			"<th>missed</th><th>accuracy, %</th></tr></thead><tbody>"
		for (i = 1; i <= count[s]; i++) {
			by = dominator(s, i)
			printf "<tr%s><td>%s%s</td><td class=n>%.3f</td><td class=n>%s</td><td class=n>%.2f</td></tr>\n",
				by ? " class=d" : name[s, i] == "dnn" ? " class=u" : "", name[s, i],
				by ? "<small>dominated by " by "</small>" : "", governed[s, i] / governed[s, at[s, than]], missed[s, i] + 0,
				100 * accuracy[s, i]
		}
		print "</tbody></table></div></details>"
	}
}
