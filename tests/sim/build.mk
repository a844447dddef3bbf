# SPDX-License-Identifier: MIT
# dnnsim: plays whole platforms with the planner, the mapping and the load following that the module has.
SIM_DIR := tests/sim
SIM_SRC := $(wildcard $(SIM_DIR)/*.c)
# All but main(), for tests of the parts.
SIM_PART_OBJS = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c,$(SIM_SRC))) \
	$(PLANNER_OBJS) $(MAPPING_OBJS) $(FOLLOW_OBJS) $(B)/obj/tests/unit/oracle_optimal.o

$(SIM_SRC:%.c=$(B)/obj/%.o): CPPFLAGS += -I$(SIM_DIR) -Ikmod/dnn_gov -Itests/unit
$(B)/obj/tests/unit/oracle_optimal.o: CPPFLAGS += -Ikmod/dnn_gov

$(B)/bin/dnnsim: $(B)/obj/$(SIM_DIR)/main.o $(SIM_PART_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(sort $^) -lm

NATIVE_ONLY_PROGS += $(B)/bin/dnnsim

.PHONY: bench-sim sim-compare
# A million frames of one stream, and how fast they were played.
bench-sim: $(B)/bin/dnnsim
	$< --frames 1000000 $(SIM_DIR)/scenarios/xu3-one-66.scenario

sim-compare: $(B)/bin/dnnsim
	@mkdir -p build/results
	$< --compare --csv build/results/governors_sim.csv $(sort $(wildcard $(SIM_DIR)/scenarios/*.scenario))

.PHONY: check-sim-lab
check-sim-lab: deps-demo
	@$(MAKE) --no-print-directory user lab
	@scripts/check-sim-lab

include $(SIM_DIR)/budgets/build.mk
