# SPDX-License-Identifier: MIT
#
# make fuzz-model [FUZZ_SECONDS=60]: fuzz the model loader; needs clang.

FUZZ_SECONDS ?= 60
FUZZ_MODEL := $(B)/fuzz/fuzz_model
FUZZ_MODEL_SRC := tests/fuzz/fuzz_model.c engine/model/writer.c $(DYNDNN_SRC)

$(FUZZ_MODEL): $(FUZZ_MODEL_SRC) $(wildcard engine/model/*.h engine/infer/*.h) include/dyndnn.h
	@mkdir -p $(@D)
	@command -v clang >/dev/null || { echo "fuzz-model needs clang: apt-get install clang"; exit 1; }
	clang $(CPPFLAGS) -std=gnu11 -O1 -g -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=undefined -o $@ $(FUZZ_MODEL_SRC) $(DYNDNN_LDLIBS)

.PHONY: fuzz-model
fuzz-model: $(FUZZ_MODEL)
	@mkdir -p $(B)/fuzz/model-corpus
	$(FUZZ_MODEL) -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=1 \
		-artifact_prefix=$(B)/fuzz/ $(B)/fuzz/model-corpus
