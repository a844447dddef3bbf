# SPDX-License-Identifier: MIT
UNIT_TESTS += $(B)/tests/test_dataset

$(B)/obj/tests/unit/test_dataset.o: CPPFLAGS += -Iengine/data
$(B)/tests/test_dataset: $(B)/obj/tests/unit/test_dataset.o $(DATASET_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion -lz
