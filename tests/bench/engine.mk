# SPDX-License-Identifier: MIT
#
# What the engine promises beside speed.
ENGINE_BENCHES := $(B)/bin/bench_switch $(B)/bin/bench_memory
NATIVE_ONLY_PROGS += $(ENGINE_BENCHES)

$(B)/bin/bench_memory: $(B)/obj/tests/unit/alloc_count.o $(B)/obj/engine/eval/resident.o
$(B)/bin/bench_switch: $(B)/obj/engine/tools/random_model.o
$(ENGINE_BENCHES): $(B)/bin/%: $(B)/obj/tests/bench/%.o $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS)

.PHONY: bench-switch bench-memory
bench-switch: $(B)/bin/bench_switch
	@mkdir -p build/results
	@rm -f build/results/switch.csv
	$< -o build/results/switch.csv models/*.dnn

bench-memory: $(B)/bin/bench_memory
	@mkdir -p build/results
	$< build/results/memory_engine.csv models/*.dnn
