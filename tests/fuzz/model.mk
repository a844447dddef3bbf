# SPDX-License-Identifier: MIT
#
# make fuzz-model [FUZZ_SECONDS=60]: fuzz the model loader, and for an eighth of that time
# what reads the files of before; needs clang.

FUZZ_SECONDS ?= 60
FUZZ_COMMON := $(addprefix tests/fuzz/,check.c fields.c seeds.c) engine/model/writer.c $(DYNDNN_SRC)
FUZZ_MODEL_SRC := tests/fuzz/fuzz_model.c $(FUZZ_COMMON)
FUZZ_UPGRADE_SRC := tests/fuzz/fuzz_upgrade.c engine/tools/upgrade.c $(FUZZ_COMMON)
FUZZ_H := $(wildcard tests/fuzz/*.h engine/model/*.h engine/infer/*.h engine/tools/*.h) \
	include/dyndnn.h
FUZZ_CLANG := clang $(CPPFLAGS) -std=gnu11 -O1 -g -Wall -Wextra -Werror \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
FUZZ_LIMITS := -max_len=65536 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=512 \
	-print_final_stats=1 -artifact_prefix=$(B)/fuzz/

$(B)/fuzz/fuzz_model: $(FUZZ_MODEL_SRC) tests/fuzz/mutate.c $(FUZZ_H) | fuzz-clang
	@mkdir -p $(@D)
	$(FUZZ_CLANG) -o $@ $(filter %.c,$^) $(DYNDNN_LDLIBS)

$(B)/fuzz/fuzz_upgrade: $(FUZZ_UPGRADE_SRC) tests/fuzz/mutate_old.c tests/fuzz/old.c \
		$(FUZZ_H) | fuzz-clang
	@mkdir -p $(@D)
	$(FUZZ_CLANG) -o $@ $(filter %.c,$^) $(DYNDNN_LDLIBS)

.PHONY: fuzz-clang
fuzz-clang:
	@scripts/deps fuzz

# What a run finds stays in build/; tests/fuzz/corpus is what it starts from. "make fuzz-corpus"
# brings the former into the latter.
$(B)/fuzz/%-seeds: tests/fuzz/corpus/%
	@mkdir -p $@
	for seed in $</*.gz; do gzip -dc $$seed >$@/$$(basename $$seed .gz) || exit 1; done
	@touch $@

.PHONY: fuzz-model
fuzz-model: $(B)/fuzz/fuzz_model $(B)/fuzz/fuzz_upgrade $(B)/fuzz/model-seeds \
		$(B)/fuzz/upgrade-seeds
	@mkdir -p $(B)/fuzz/model-corpus $(B)/fuzz/upgrade-corpus
	$(B)/fuzz/fuzz_upgrade $(FUZZ_LIMITS) -max_total_time=$$(($(FUZZ_SECONDS) / 8 + 1)) \
		$(B)/fuzz/upgrade-corpus $(B)/fuzz/upgrade-seeds
	$(B)/fuzz/fuzz_model $(FUZZ_LIMITS) -max_total_time=$(FUZZ_SECONDS) \
		$(B)/fuzz/model-corpus $(B)/fuzz/model-seeds

# After a long run: what is new goes to the corpus.
.PHONY: fuzz-corpus
fuzz-corpus: $(B)/fuzz/fuzz_model $(B)/fuzz/fuzz_upgrade
	tests/fuzz/minimise $(B)/fuzz/fuzz_model $(B)/fuzz/model-corpus tests/fuzz/corpus/model
	tests/fuzz/minimise $(B)/fuzz/fuzz_upgrade $(B)/fuzz/upgrade-corpus \
		tests/fuzz/corpus/upgrade
