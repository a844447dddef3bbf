# SPDX-License-Identifier: MIT
# dnnbudget: budgets that change over time, played with the simulator. After tests/sim/build.mk.
BUDGET_DIR := $(SIM_DIR)/budgets
BUDGET_SRC := $(wildcard $(BUDGET_DIR)/*.c)
# All but main(), for tests of the parts.
BUDGET_PART_OBJS = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c,$(BUDGET_SRC))) \
	$(B)/obj/tests/paper/figure.o $(SIM_PART_OBJS)

$(BUDGET_SRC:%.c=$(B)/obj/%.o): CPPFLAGS += -I$(BUDGET_DIR) -I$(SIM_DIR) -Itests/paper -Ikmod/dnn_gov

$(B)/bin/dnnbudget: $(B)/obj/$(BUDGET_DIR)/main.o $(BUDGET_PART_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(sort $^) -lm

.PHONY: budgets
# Pictures of traces that are no more must not stand beside the others.
budgets: $(B)/bin/dnnbudget
	@mkdir -p build/results
	@rm -f build/results/budgets.csv build/results/budgets_*.csv build/results/budgets_*.svg \
		build/results/thermal_*.svg
	@$< -o build/results --heat $(SIM_DIR)/scenarios/xu3-thermal.scenario \
		$(addprefix $(BUDGET_DIR)/,time.trace energy.trace power.trace fast.trace)
	@echo "Written: build/results/budgets.csv, budgets_*.csv, budgets_*.svg, thermal_*.svg"
