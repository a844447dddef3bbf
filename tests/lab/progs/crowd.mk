# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/crowd

$(B)/bin/crowd: $(B)/obj/tests/lab/progs/crowd.o $(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
