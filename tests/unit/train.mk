# SPDX-License-Identifier: MIT
# People train on this machine: boards' sysroots have no oneDNN, and Debian's armhf none at all.
ifeq ($(EMULATOR),)
UNIT_TESTS += $(B)/tests/test_train
endif

$(B)/obj/tests/unit/test_train.o: CPPFLAGS += -Iengine/data -Iengine/train
$(B)/tests/test_train: $(B)/obj/tests/unit/test_train.o $(TRAIN_OBJS) \
		$(DATASET_OBJS) $(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion $(TRAIN_LIBS)

UNIT_TESTS += $(B)/tests/test_netdesc
$(B)/obj/tests/unit/test_netdesc.o: CPPFLAGS += -Iengine/train
$(B)/tests/test_netdesc: $(B)/obj/tests/unit/test_netdesc.o \
		$(TRAIN_NETDESC:%=$(B)/obj/engine/train/%.o) \
		$(addprefix $(B)/obj/engine/model/,bounds.o check.o error.o \
			shape.o tensors.o)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lcriterion -lconfig
