# SPDX-License-Identifier: MIT
# dyndnn-train and dyndnn-eval, for this machine only.
TRAIN_MAIN := main options progress
TRAIN_OBJS := $(patsubst %,$(B)/obj/engine/train/%.o,augment checkpoint evaluate export \
	folded_net group_net learn onednn params sgd shape trainer)
TRAIN_MODEL_OBJS := $(patsubst %,$(B)/obj/engine/model/%.o,error shape writer)
TRAIN_LIBS := -ldnnl -lgomp -lz -lm -lpthread

$(B)/obj/engine/train/%.o: CPPFLAGS += -Iengine/data

NATIVE_ONLY_PROGS += $(B)/bin/dyndnn-train $(B)/bin/dyndnn-eval

$(B)/bin/dyndnn-train: $(TRAIN_MAIN:%=$(B)/obj/engine/train/%.o) $(TRAIN_OBJS) \
		$(TRAIN_MODEL_OBJS) $(DATASET_OBJS)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(TRAIN_LIBS)

$(B)/bin/dyndnn-eval: $(B)/obj/engine/train/eval.o $(B)/obj/engine/train/csv.o $(DATASET_OBJS) \
		$(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lXNNPACK -lpthreadpool -lz -lm -lpthread
