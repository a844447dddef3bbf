# SPDX-License-Identifier: MIT
#
# energy.awk -v phase=NAME SAMPLES LOG...: energy of a phase in uJ, from the samples of dnnpower and
# the logs of dnnrun, whose clocks are the same: from the first release to the end of the last
# period of all streams. Nothing, and failure, where the samples do not cover that.
BEGIN { FS = "," }
FNR == 1 { file++; streams = file - 1; next }
file == 1 {
	time[++n] = $1
	uj[n] = $2
	next
}
$1 == phase {
	if (!begin || $3 < begin) begin = $3
	if (stream == streams && $3 + ($3 - release) > end) end = $3 + ($3 - release)
	stream = streams
	release = $3
}
function at(when,    low, high, middle) {
	low = 1
	high = n
	while (high - low > 1) {
		middle = int((low + high) / 2)
		if (time[middle] <= when) low = middle
		else high = middle
	}
	return uj[low] + (uj[high] - uj[low]) * (when - time[low]) / (time[high] - time[low])
}
END {
	if (n < 2 || !end || begin < time[1] || end > time[n])
		exit 1
	printf "%.0f\n", at(end) - at(begin)
}
