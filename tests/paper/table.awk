# SPDX-License-Identifier: MIT
#
# table.awk: a CSV file as an HTML table. Numbers stand to the right; a last column "how" goes
# below the first one, so that a phone has room for the rest.
#
# fold=N  more rows are folded
# what=TEXT  what folded rows are, beside their number
function text(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	gsub(/"/, "\\&quot;", s)
	return s
}
function number(s) { return s ~ /^-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?$/ }
BEGIN { FS = "," }
NR == 1 {
	columns = NF
	how = $NF == "how"
	for (i = 1; i <= NF - how; i++) {
		name = $i
		gsub(/_/, " ", name)
		head = head "<th>" text(name) "</th>"
	}
	next
}
NF {
	line = ""
	for (i = 1; i <= columns - how; i++) {
		cell = text($i)
		if (i == 1 && how)
			cell = cell "<small>" text($columns) "</small>"
		line = line (i > 1 && (number($i) || $i == "not found") ? "<td class=n>" : "<td>") cell "</td>"
	}
	rows[++n] = line
}
END {
	if (n > fold)
		print "<details><summary>" n " rows" (what ? " " what : "") "</summary>"
	print "<div class=w><table><thead><tr>" head "</tr></thead><tbody>"
	for (i = 1; i <= n; i++)
		print "<tr>" rows[i] "</tr>"
	print "</tbody></table></div>"
	if (n > fold)
		print "</details>"
}
