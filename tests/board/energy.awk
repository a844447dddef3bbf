# SPDX-License-Identifier: MIT
#
# energy.awk -v phase=NAME SAMPLES LOG...: energy of a phase in uJ, from the samples of dnnpower and
# the logs of dnnrun, whose clocks are the same: from the first release to the end of the last
# period of all streams. Nothing, and failure, where the samples do not cover that.
BEGIN { FS = "," }
FNR == 1 { file++; streams = file - 1; next }
file == 1 {
	time[++n] = $1 + 0
	uj[n] = $2 + 0
	next
}
$1 == phase {
	now = $3 + 0
	if (!begin || now < begin) begin = now
	if (stream == streams && now + (now - release) > end) end = now + (now - release)
	stream = streams
	release = now
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
