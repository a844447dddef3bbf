# SPDX-License-Identifier: MIT
# Readers of data sets: link $(DATASET_OBJS) and -lz.
DATASET_OBJS := $(patsubst %.c,$(B)/obj/%.o,$(sort $(wildcard engine/data/*.c)))
$(DATASET_OBJS): CPPFLAGS += -Iengine/data
