# SPDX-License-Identifier: MIT
# dyndnn-run: for this machine and boards; the lab's guest has no libraries for images.

RUN_DIR := userspace/dyndnn-run
RUN_IMAGE_LIBS := -lspng -ljpeg
RUN_SRC := $(wildcard $(RUN_DIR)/*.c)
RUN_OBJS := $(RUN_SRC:%.c=$(B)/obj/%.o)
# All but main(), for tests of the parts.
RUN_PART_OBJS := $(filter-out %/main.o,$(RUN_OBJS)) \
	$(addprefix $(B)/obj/userspace/dnnrun/,draw.o framelog.o) $(DATASET_OBJS)
RUN_LIBS = $(RUN_IMAGE_LIBS) -lnl-genl-3 -lnl-3 $(DYNDNN_LDLIBS)

$(RUN_OBJS): CPPFLAGS += -I.

ifneq ($(TARGET),lab)
PROGS += $(B)/bin/dyndnn-run
endif

$(B)/bin/dyndnn-run: $(B)/obj/$(RUN_DIR)/main.o $(RUN_PART_OBJS) $(B)/lib/libdyndnn_runtime.a \
		$(B)/lib/libdyndnn.a $(B)/lib/libdnnhint.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(RUN_LIBS)
