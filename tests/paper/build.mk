# SPDX-License-Identifier: MIT
# paper_eval: the paper's claims beside ours. Not installed: it reads what scripts/paper measured.
PAPER_SRC := $(wildcard tests/paper/*.c)
# All but main(), for tests of the parts.
PAPER_PART_OBJS = $(patsubst %.c,$(B)/obj/%.o,$(filter-out %/main.c,$(PAPER_SRC))) \
	$(B)/obj/engine/eval/table.o $(B)/obj/tests/sim/platform.o $(B)/obj/tests/sim/text.o
PAPER_CPPFLAGS := -Itests/paper -Itests/sim -Iengine/eval -Ikmod/dnn_gov

$(PAPER_SRC:%.c=$(B)/obj/%.o): CPPFLAGS += $(PAPER_CPPFLAGS)

$(B)/bin/paper_eval: $(B)/obj/tests/paper/main.o $(PAPER_PART_OBJS) $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS)

.PHONY: paper report
paper: deps-demo
	@$(MAKE) --no-print-directory user
	@$(MAKE) --no-print-directory lab
	@$(MAKE) --no-print-directory $(B)/bin/paper_eval
	@scripts/paper

report:
	@scripts/report
