# SPDX-License-Identifier: MIT
SIM_TESTS := $(filter-out test_sim_budgets,$(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_sim*.c)))

UNIT_TESTS += $(SIM_TESTS:%=$(B)/tests/%)

$(B)/obj/tests/unit/sim_kit.o $(SIM_TESTS:%=$(B)/obj/tests/unit/%.o): CPPFLAGS += -Itests/sim -Ikmod/dnn_gov -Itests/unit
$(SIM_TESTS:%=$(B)/tests/%): $(B)/tests/%: $(B)/obj/tests/unit/%.o $(B)/obj/tests/unit/sim_kit.o \
		$(B)/obj/tests/unit/file_kit.o \
		$(SIM_PART_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(sort $^) -lcriterion -lm

UNIT_TESTS += $(B)/tests/test_sim_budgets

$(B)/obj/tests/unit/test_sim_budgets.o: CPPFLAGS += -Itests/sim/budgets -Itests/sim -Ikmod/dnn_gov
$(B)/tests/test_sim_budgets: $(B)/obj/tests/unit/test_sim_budgets.o $(B)/obj/tests/unit/file_kit.o $(BUDGET_PART_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(sort $^) -lcriterion -lm
