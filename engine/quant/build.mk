# SPDX-License-Identifier: MIT
# dyndnn-quantize: needs nothing but what libdyndnn needs.
QUANT_OBJS := $(patsubst %,$(B)/obj/engine/quant/%.o,difference histogram observe quantise range \
	search weights)

$(B)/obj/engine/quant/main.o: CPPFLAGS += -Iengine/data -Iengine/eval
PROGS += $(B)/bin/dyndnn-quantize

$(B)/bin/dyndnn-quantize: $(B)/obj/engine/quant/main.o $(QUANT_OBJS) $(B)/obj/engine/eval/score.o \
		$(DATASET_OBJS) $(DYNDNN_A)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(DYNDNN_A) $(DYNDNN_LDLIBS) -lpthread
