# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/loadgen

$(B)/bin/loadgen: $(B)/obj/tests/lab/progs/loadgen.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $<
