# SPDX-License-Identifier: MIT
# The engine's speed against onnxruntime and oneDNN. Not among the programs that `make` builds:
# onnxruntime's header is there only after scripts/fetch-onnxruntime.
SPEED_OBJS := $(patsubst tests/%.c,$(B)/obj/tests/%.o,$(sort $(wildcard tests/bench/speed/*.c))) \
	$(addprefix $(B)/obj/engine/,train/onednn.o tools/samples.o) $(B)/obj/onnx.pb-c.o
SPEED_ORT := build/onnxruntime
SPEED_ORT_HEADER := $(wildcard $(SPEED_ORT)/include/onnxruntime_c_api.h)

$(B)/obj/tests/bench/speed/%.o: CPPFLAGS += -I$(ONNX_GEN) -I$(SPEED_ORT)/include
$(filter $(B)/obj/tests/bench/speed/%,$(SPEED_OBJS)): | $(ONNX_C)
$(B)/obj/tests/bench/speed/engine_onnxruntime.o: $(SPEED_ORT_HEADER)

$(B)/bin/bench_speed: $(SPEED_OBJS) $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lprotobuf-c -ldnnl -lgomp -ldl $(DYNDNN_LDLIBS) -lpthread

.PHONY: bench-engine
bench-engine: deps-bench
	@scripts/fetch-onnxruntime || echo "bench-engine: goes on without onnxruntime"
	@$(MAKE) --no-print-directory $(B)/bin/bench_speed
	@mkdir -p build/results
	$(B)/bin/bench_speed --onnxruntime $(SPEED_ORT)/libonnxruntime.so.1 \
		--csv build/results/speed.csv --busy-csv build/results/speed_busy.csv \
		$(sort $(wildcard models/*.dnn))
