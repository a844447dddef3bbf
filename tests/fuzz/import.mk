# SPDX-License-Identifier: MIT
#
# make fuzz-import [FUZZ_SECONDS=60]: fuzz the ONNX importer; needs clang.

FUZZ_IMPORT := $(B)/fuzz/fuzz_import
FUZZ_IMPORT_SRC := tests/fuzz/fuzz_onnx.c $(IMPORT_SRC) engine/model/writer.c $(DYNDNN_SRC)

$(FUZZ_IMPORT): $(FUZZ_IMPORT_SRC) $(ONNX_C) $(wildcard engine/import/*.h engine/model/*.h)
	@mkdir -p $(@D)
	@command -v clang >/dev/null || \
		{ echo "fuzz-import needs clang: apt-get install clang"; exit 1; }
	clang $(CPPFLAGS) $(IMPORT_CPPFLAGS) -std=gnu11 -O1 -g -Wall -Wextra -Werror \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -o $@ \
		$(FUZZ_IMPORT_SRC) $(ONNX_C) $(IMPORT_LIBS)

# Starts from the small ones among the files of the unit test.
.PHONY: fuzz-import
fuzz-import: $(FUZZ_IMPORT) $(B)/onnx/expect.txt
	@mkdir -p $(B)/fuzz/import-corpus $(B)/fuzz/import-seeds
	find $(B)/onnx -name '*.onnx' -size -24k -exec cp -t $(B)/fuzz/import-seeds {} +
	$(FUZZ_IMPORT) -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=1 \
		-timeout=10 -artifact_prefix=$(B)/fuzz/ \
		$(B)/fuzz/import-corpus $(B)/fuzz/import-seeds
