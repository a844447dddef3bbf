# SPDX-License-Identifier: MIT
# dyndnn-eval measures, dyndnn-plot draws; for this machine only.
EVAL_OBJS := $(patsubst %,$(B)/obj/engine/eval/%.o,csv early memory resident score table)
PLOT_OBJS := $(patsubst %,$(B)/obj/engine/eval/%.o,chart table)

$(B)/obj/engine/eval/%.o: CPPFLAGS += -Iengine/data

NATIVE_ONLY_PROGS += $(B)/bin/dyndnn-eval $(B)/bin/dyndnn-plot

$(B)/bin/dyndnn-eval: $(B)/obj/engine/eval/main.o $(EVAL_OBJS) $(DATASET_OBJS) $(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lXNNPACK -lpthreadpool -lz -lm -lpthread

$(B)/bin/dyndnn-plot: $(B)/obj/engine/eval/plot.o $(PLOT_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lm

.PHONY: accuracy
accuracy: deps-train user
	@scripts/accuracy
