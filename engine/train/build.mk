# SPDX-License-Identifier: MIT
# dyndnn-train, for this machine only.
TRAIN_NETDESC := netdesc netdesc_fields netdesc_layers netdesc_text
TRAIN_MAIN := main options progress $(TRAIN_NETDESC)
TRAIN_OBJS := $(patsubst %,$(B)/obj/engine/train/%.o,augment checkpoint config dn_add evaluate \
	export folded_net group_net layout learn loss onednn params pass pass_conv pass_norm \
	pass_pool pass_residual sgd teacher trainer)
TRAIN_LIBS := -ldnnl -lgomp $(DYNDNN_LDLIBS) -lpthread

$(B)/obj/engine/train/%.o: CPPFLAGS += -Iengine/data

NATIVE_ONLY_PROGS += $(B)/bin/dyndnn-train

$(B)/bin/dyndnn-train: $(TRAIN_MAIN:%=$(B)/obj/engine/train/%.o) $(TRAIN_OBJS) \
		$(DATASET_OBJS) $(B)/lib/libdyndnn.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(TRAIN_LIBS) -lconfig
