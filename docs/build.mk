# SPDX-License-Identifier: MIT
#
# The examples of the documentation are built, so that they stay true.

PROGS += $(B)/bin/dnnhint-minimal

$(B)/bin/dnnhint-minimal: $(B)/obj/docs/examples/minimal.o $(B)/lib/libdnnhint.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lnl-genl-3 -lnl-3
