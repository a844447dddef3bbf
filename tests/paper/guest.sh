# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# guest.sh: time of every level of the networks in /paper, on one CPU. Virtual time counts
# instructions, 2 ns each, so a few frames tell.

for model in /paper/*.dnn; do
	check "levels of ${model##*/}" dyndnn-bench -n 3 -o /tmp/levels.csv "$model"
done
result levels.csv </tmp/levels.csv
