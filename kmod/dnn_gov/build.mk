# SPDX-License-Identifier: GPL-2.0-only
# The planner, as the module links it, for user space.
PLANNER_OBJS := $(patsubst %,$(B)/obj/kmod/dnn_gov/%.o,planner planner_demand planner_shed \
	planner_restore planner_energy planner_freq planner_idle cost)
FOLLOW_OBJS := $(B)/obj/kmod/dnn_gov/follow.o
MAPPING_OBJS := $(patsubst %,$(B)/obj/kmod/dnn_gov/%.o,mapping mapping_cluster mapping_budget \
	core_cost)
