# SPDX-License-Identifier: MIT
#
# The fuzz targets' corpora, replayed by gcc's sanitizers: needs no clang.

CORPUS_TESTS := $(addprefix $(B)/tests/corpus_,model upgrade netdesc dataset answers)
# An emulator has no room for the sanitizers' shadow memory.
ifeq ($(EMULATOR),)
UNIT_TESTS += $(CORPUS_TESTS)
endif
CORPUS_CC := $(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(WARN) -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined

CORPUS_LIBS = $(DYNDNN_LDLIBS)

$(B)/obj/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CORPUS_CC) $(DNNHINT_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/corpus_model: $(FUZZ_MODEL_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_upgrade: $(FUZZ_UPGRADE_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_netdesc: $(FUZZ_NETDESC_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_netdesc: CORPUS_LIBS = -lconfig -lz
$(B)/tests/corpus_dataset: $(FUZZ_DATASET_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_dataset: CORPUS_LIBS = -lz
$(B)/tests/corpus_answers: $(FUZZ_ANSWERS_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_answers: CORPUS_LIBS = $(FUZZ_ANSWERS_FLAGS) $(DNNHINT_LDLIBS) -lz
$(CORPUS_TESTS): $(B)/tests/corpus_%: tests/fuzz/replay.c
	@mkdir -p $(@D)
	$(CORPUS_CC) -DFUZZ_CORPUS='"$(abspath tests/fuzz/corpus/$*)"' -o $@ $< \
		$(filter %.o,$^) $(CORPUS_LIBS) -lcriterion
