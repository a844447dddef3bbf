# SPDX-License-Identifier: MIT
LAB_PROGS += $(B)/bin/hintstorm

$(B)/bin/hintstorm: $(B)/obj/tests/lab/progs/hintstorm.o $(B)/lib/libdnnhint.so.0
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(shell $(PKG_CONFIG) --libs libnl-genl-3.0)
