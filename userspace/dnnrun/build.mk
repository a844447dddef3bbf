# SPDX-License-Identifier: MIT

DNNRUN_OBJS := $(addprefix $(B)/obj/userspace/dnnrun/,dnnrun.o framelog.o meter.o phase.o) \
	$(DATASET_OBJS)
TIMELINE_OBJS := $(addprefix $(B)/obj/userspace/dnnrun/,timeline.o draw.o framelog.o)

$(B)/obj/userspace/dnnrun/dnnrun.o: CPPFLAGS += -I.

$(B)/bin/dnnrun: $(DNNRUN_OBJS) $(B)/lib/libdyndnn_runtime.a $(B)/lib/libdyndnn.a $(B)/lib/libdnnhint.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs libnl-genl-3.0) -lXNNPACK -lpthreadpool -lz -lm

$(B)/bin/dnn-timeline: $(TIMELINE_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

PROGS += $(B)/bin/dnnrun $(B)/bin/dnn-timeline
