# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/allocfail

$(B)/bin/allocfail: $(B)/obj/tests/lab/progs/allocfail.o $(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
