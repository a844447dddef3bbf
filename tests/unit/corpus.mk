# SPDX-License-Identifier: MIT
#
# The fuzz targets' corpora, replayed by gcc's sanitizers: needs no clang.

CORPUS_TESTS := $(B)/tests/corpus_model $(B)/tests/corpus_upgrade
# An emulator has no room for the sanitizers' shadow memory.
ifeq ($(EMULATOR),)
UNIT_TESTS += $(CORPUS_TESTS)
endif
CORPUS_CC := $(CC) $(CPPFLAGS) -std=gnu11 -O1 -g $(WARN) -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined

$(B)/obj/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(CORPUS_CC) -MMD -MP -c -o $@ $<

$(B)/tests/corpus_model: $(FUZZ_MODEL_SRC:%.c=$(B)/obj/sanitized/%.o)
$(B)/tests/corpus_upgrade: $(FUZZ_UPGRADE_SRC:%.c=$(B)/obj/sanitized/%.o)
$(CORPUS_TESTS): $(B)/tests/corpus_%: tests/fuzz/replay.c
	@mkdir -p $(@D)
	$(CORPUS_CC) -DFUZZ_CORPUS='"$(abspath tests/fuzz/corpus/$*)"' -o $@ $< \
		$(filter %.o,$^) $(DYNDNN_LDLIBS) -lcriterion
