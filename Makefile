# SPDX-License-Identifier: MIT
#
# make            everything for this machine; modules against KDIR
# make demo       the main job in the lab, from a fresh machine
# make check      all tests, from a fresh machine
# make lab        everything for the lab's arm64 guest
# make user TARGET=arm64    user space for a board: in build/arm64; or TARGET=armhf
# make help       the rest

TARGET ?= native
B := build/$(TARGET)
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

# What runs a target's programs here; empty where they need nothing.
EMULATOR :=

ifeq ($(TARGET),lab)
include tests/lab/cross.mk
else ifneq ($(filter arm64 armhf,$(TARGET)),)
include tests/cross/emulated.mk
else
CC := gcc
AR := ar
PKG_CONFIG := pkg-config
KDIR ?= /lib/modules/$(shell uname -r)/build
ifeq ($(TARGET),mutation)
include tests/cross/runner.mk
endif
endif

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
OPT ?= -O2 -g
# File sizes and times have 64 bits also where a word has 32.
CPPFLAGS += -Iinclude -Iinclude/uapi -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
CFLAGS += -std=gnu11 $(OPT) -fPIC $(WARN) $(SANITIZE)
LDFLAGS += $(SANITIZE) -Wl,--as-needed -Wl,-z,relro,-z,now

PROGS :=
LIBS :=
LAB_PROGS :=
NATIVE_ONLY_PROGS :=
UNIT_TESTS :=

FRAGMENTS := $(sort $(wildcard */build.mk */*/build.mk tests/unit/*.mk tests/lab/progs/*.mk \
	tests/bench/*.mk tests/fuzz/*.mk))
include $(FRAGMENTS)
$(UNIT_TESTS): $(RUNNER)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell test -d $(B)/obj && find $(B)/obj -name '*.d')

.PHONY: all user modules lab demo check check-unit check-train check-cross check-lab check-kernels \
	check-sanitized soak fuzz-netlink board lint install clean help FORCE

all: user $(if $(EMULATOR),,modules)

# Packages first, then make anew: what it asks pkg-config must be there.
user: $(if $(EMULATOR),sysroot,deps-build)
	@$(MAKE) --no-print-directory TARGET=$(TARGET) user-files

.PHONY: user-files
ifeq ($(TARGET),lab)
user-files: $(LIBS) $(PROGS) $(LAB_PROGS)
else ifneq ($(EMULATOR),)
user-files: $(LIBS) $(PROGS)
else
user-files: $(LIBS) $(PROGS) $(NATIVE_ONLY_PROGS)
endif

# --- what a target needs -----------------------------------------------------

.PHONY: deps-%
deps-%:
	@scripts/deps $*

# --- kernel modules ----------------------------------------------------------
# Sources are copied, so that builds for two kernels never share objects.

KMOD_SRC := $(shell find kmod include/uapi Kbuild -type f -name '[A-Z]*' -o -type f -name '*.[ch]')

modules:
	@if [ -e "$(KDIR)/Makefile" ]; then \
		$(MAKE) --no-print-directory TARGET=$(TARGET) KDIR=$(KDIR) $(B)/kmod/.built; \
	else \
		echo "No kernel headers at $(KDIR): building user space only."; \
		echo "For the modules install linux-headers-$$(uname -r), or pass KDIR=/path/to/headers."; \
	fi

$(B)/kmod/.built: $(KMOD_SRC)
	@mkdir -p $(B)/kmod
	cp -r --parents --preserve=timestamps $(KMOD_SRC) $(B)/kmod
	flock $(B)/kmod $(MAKE) -C $(KDIR) M=$(abspath $(B)/kmod) W=1 $(KMAKEFLAGS) modules
	@touch $@

# --- tests -------------------------------------------------------------------

check: deps-check
	@scripts/check

check-unit: deps-check
	@$(MAKE) --no-print-directory unit-files
	@scripts/check-unit $(UNIT_TESTS)

check-train: deps-check user
	@scripts/check-train

.PHONY: unit-files
unit-files: $(UNIT_TESTS)

# The tests of the planner, libdnnhint and the .dnn loader: a branch counts when its own tests
# take it, not when some larger test comes along.
COVERAGE_TESTS := $(addprefix $(B)/tests/,$(PLANNER_TESTS) $(MAPPING_TESTS) test_dnnhint test_peer \
	test_runtime test_model test_session)

ifeq ($(TARGET),coverage)
# Unoptimised, so that branches are those of the source.
OPT := -O0 -g
SANITIZE := --coverage -fprofile-update=atomic
endif

.PHONY: coverage coverage-files mutation
coverage-files: $(COVERAGE_TESTS)

coverage: deps-coverage
	@$(MAKE) --no-print-directory TARGET=coverage coverage-files
	@scripts/coverage

# MUTANTS="--count N --seed N" or --all: what scripts/mutation takes
mutation: deps-mutation
	@scripts/mutation $(MUTANTS)

print-%:
	@echo $($*)

# For a board: under emulation. EMULATE=short: what scripts/check-cross takes
check-cross: deps-build deps-cross
	@scripts/check-cross $(EMULATE)

# --- the lab -----------------------------------------------------------------

ifneq ($(TARGET),lab)
lab: deps-lab
	@scripts/lab-fetch
	@$(MAKE) --no-print-directory TARGET=lab all

demo: deps-demo
	@$(MAKE) --no-print-directory user lab
	@scripts/demo

check-lab: lab
	@scripts/check-lab

bench-governors: deps-demo
	@$(MAKE) --no-print-directory user lab
	@scripts/bench-governors

bench-mapping: deps-demo
	@$(MAKE) --no-print-directory user lab
	@scripts/bench-mapping

bench-allday: lab
	@scripts/bench-allday

bench-overhead: lab
	@scripts/bench-overhead

# BOARD="--no-energy --sensor ina231-*": what scripts/board takes
board: deps-board
	@$(MAKE) --no-print-directory user
	@scripts/board $(BOARD)
endif

lint: deps-lint
	@scripts/lint

# KERNELS="--lab trixie": what scripts/check-kernels takes
check-kernels: deps-kernels
	@scripts/check-kernels $(KERNELS)

# Kernels with checkers, and which scenarios: what scripts/check-sanitized takes
check-sanitized: deps-sanitized lab
	@scripts/check-sanitized $(SANITIZED)

# An hour of the guest's time at random; SOAK="SECONDS SEED": what scripts/soak takes
soak: deps-sanitized lab
	@scripts/soak $(SOAK)

# MESSAGES="1000000 7": how many, and the seed: what scripts/fuzz-netlink takes
fuzz-netlink: deps-sanitized lab
	@scripts/fuzz-netlink $(MESSAGES)

# --- the rest ----------------------------------------------------------------

PREFIX ?= /usr/local
DEST = $(DESTDIR)$(PREFIX)
# dnnctl goes elsewhere; an example, benchmarks
NOT_INSTALLED := %/dnnctl %/dnnhint-minimal %/bench_planner %/bench_oracle %/governors_oracle \
	%/bench_switch %/bench_memory %/dnnsim

install: user
	install -d $(DEST)/bin $(DEST)/sbin $(DEST)/lib/pkgconfig $(DEST)/include/linux \
		$(DEST)/share/dnn_gov
	install -m 755 $(filter-out $(NOT_INSTALLED),$(PROGS) $(NATIVE_ONLY_PROGS)) $(DEST)/bin
	install -m 755 $(filter %/dnnctl,$(PROGS)) $(DEST)/sbin
	install -m 644 $(filter %.a,$(LIBS)) $(DEST)/lib
	install -m 755 $(filter %.so.0,$(LIBS)) $(DEST)/lib
	for lib in $(notdir $(filter %.so.0,$(LIBS))); do ln -sf $$lib $(DEST)/lib/$${lib%.0}; done
	for pc in $(filter %.pc,$(LIBS)); do \
		sed 's|^prefix=.*|prefix=$(PREFIX)|' $$pc >$(DEST)/lib/pkgconfig/$${pc##*/} || exit 1; \
	done
	install -m 644 include/*.h $(DEST)/include
	install -m 644 include/uapi/linux/dnn_gov.h $(DEST)/include/linux
	install -m 644 models/*.dnn $(DEST)/share/dnn_gov
	for page in docs/man/*; do \
		install -D -m 644 $$page $(DEST)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done
	if [ -z "$(DESTDIR)" ]; then ldconfig; fi

clean:
	rm -rf build/native build/coverage build/mutation build/arm64 build/armhf build/lab/obj build/lab/bin build/lab/lib build/lab/kmod

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo "make check-unit unit tests alone"
	@echo "make check-train the trainer, on a tiny network"
	@echo "make coverage   lines and branches that unit tests take of planner, libdnnhint and .dnn loader"
	@echo "make mutation   do the planner's unit tests notice mistakes in it? MUTANTS=--all for all"
	@echo "make check-cross user space and its unit tests for arm64 and armhf, emulated"
	@echo "make check-lab  tests of the modules in the lab alone"
	@echo "make check-kernels modules for kernels of three Debian releases, KERNELS=--lab in the lab, too"
	@echo "make check-sanitized the lab on kernels with KASAN, lockdep, KCSAN ...; SANITIZED=kasan one"
	@echo "make soak       everything at random for an hour of virtual time on the KASAN kernel"
	@echo "make accuracy   the shipped models on their test sets: tables and a picture"
	@echo "make paper      the claims of arXiv 2105.03600 beside what comes out here"
	@echo "make report     build/results/report.html: all tables and pictures that are in build/results"
	@echo "make bench-engine time of every level of the models, against onnxruntime and oneDNN"
	@echo "make bench-switch, bench-memory what a change of level costs, and what a session takes"
	@echo "make bench-governors energy, misses and accuracy under dnn and the stock governors"
	@echo "make bench-mapping energy of a stream that is free to change cores, and of bound ones"
	@echo "make bench-allday ordinary loads without streams under dnn, schedutil and ondemand"
	@echo "make board      the scenarios on this machine: its own cpufreq and power sensors, BOARD=--help"
	@echo "make bench-overhead instructions of a frame's calls, and from hint to frequency"
	@echo "make sim-compare all governors over simulated platforms, beside an oracle"
	@echo "make budgets    budgets of time, energy and power that change, followed in the simulator"
	@echo "make bench-sim  how fast the simulator plays a million frames"
	@echo "make check-sim-lab energy per frame in the lab and in the simulator"
	@echo "make fuzz       fuzz all that reads what others wrote, FUZZ_SECONDS=60 each; fuzz-model,"
	@echo "                fuzz-import, fuzz-image: one"
	@echo "make fuzz-netlink a million requests that are nearly right, on the kernel with KASAN"
	@echo "make lint       checkpatch, sparse, coccinelle, cppcheck, clang-tidy, gcc -fanalyzer, shellcheck"
	@echo "make install    PREFIX=/usr/local DESTDIR="
	@echo "make clean      keeps what was downloaded"
