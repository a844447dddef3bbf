# SPDX-License-Identifier: MIT
ORACLE_OBJS := $(B)/obj/tests/unit/oracle_set.o $(B)/obj/tests/unit/oracle_play.o \
	$(B)/obj/tests/unit/oracle_optimal.o $(B)/obj/tests/unit/oracle_blind.o \
	$(B)/obj/tests/unit/oracle_fair.o

NATIVE_ONLY_PROGS += $(B)/bin/bench_oracle

$(ORACLE_OBJS): CPPFLAGS += -Ikmod/dnn_gov
$(B)/obj/tests/bench/bench_oracle.o: CPPFLAGS += -Ikmod/dnn_gov -Itests/unit
$(B)/bin/bench_oracle: $(B)/obj/tests/bench/bench_oracle.o $(ORACLE_OBJS) $(PLANNER_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lm

.PHONY: bench-oracle
bench-oracle: $(B)/bin/bench_oracle
	@mkdir -p build/results
	$(B)/bin/bench_oracle --csv build/results/oracle.csv
