# SPDX-License-Identifier: MIT
# What scripts/check-cross compares between machines.
$(B)/obj/tests/cross/plan_digest.o: CPPFLAGS += -Ikmod/dnn_gov -Itests/unit
$(B)/tests/plan_digest: $(B)/obj/tests/cross/plan_digest.o \
		$(B)/obj/tests/unit/planner_kit.o $(PLANNER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^
