# SPDX-License-Identifier: MIT

UNIT_TESTS += $(B)/tests/test_dnnhint $(B)/tests/test_runtime

$(B)/obj/tests/unit/test_dnnhint.o: CPPFLAGS += $(DNNHINT_CFLAGS)

# The parts, not the archive: it hides them.
$(B)/tests/test_dnnhint: $(B)/obj/tests/unit/test_dnnhint.o \
		$(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/libdnnhint/*.c)) \
		$(B)/obj/userspace/dnnctl/latency.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lnl-genl-3 -lnl-3 -lcriterion

$(B)/tests/test_runtime: $(B)/obj/tests/unit/test_runtime.o $(B)/obj/tests/unit/small_model.o \
		$(patsubst %.c,$(B)/obj/%.o,$(wildcard engine/runtime/*.c)) \
		$(B)/lib/libdyndnn.a $(B)/lib/libdnnhint.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lXNNPACK -lpthreadpool -lz -lm -lnl-genl-3 -lnl-3 \
		-lcriterion

# Against a module that is not there: sockets, the module and the allocator are the test's.
PEER_OBJS := $(patsubst %,$(B)/obj/tests/unit/%.o,test_peer_calls test_peer_faults \
	test_peer_events peer_kit fake_gov fake_message fake_netlink alloc_fail)

UNIT_TESTS += $(B)/tests/test_peer
$(B)/tests/test_peer: $(PEER_OBJS) $(patsubst %.c,$(B)/obj/%.o,$(wildcard userspace/libdnnhint/*.c))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lnl-genl-3 -lnl-3 -lcriterion
