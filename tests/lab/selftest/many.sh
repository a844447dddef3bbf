# SPDX-License-Identifier: MIT
# Several processes send results and verdicts at once; all must arrive whole.
for i in 1 2 3 4; do
	(
		seq 1 $((i * 500)) | result "numbers.$i"
		ok "sender $i"
	) &
done
wait
