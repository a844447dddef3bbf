# SPDX-License-Identifier: MIT
NATIVE_ONLY_PROGS += $(B)/bin/bench_planner

$(B)/obj/tests/bench/bench_planner.o: CPPFLAGS += -Ikmod/dnn_gov
$(B)/bin/bench_planner: $(B)/obj/tests/bench/bench_planner.o $(PLANNER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^
