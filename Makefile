# SPDX-License-Identifier: GPL-2.0
# dm-remap; "make help" lists the targets.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
RIG := tests/rig

.DEFAULT_GOAL := modules

modules: | headers
	$(MAKE) -C $(KDIR) M=$(CURDIR)/modules modules

install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/modules modules_install
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) \
		$$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h)

MODULES_DIR = $(INSTALL_MOD_PATH)/lib/modules/$(KVER)
DMREMAP = $(DESTDIR)$(or $(PREFIX),/usr/local)/sbin/dmremap

# DESTDIR is for the tools and INSTALL_MOD_PATH for the modules: if only one of them is given, the
# other part would be that of this system.
PARTS := $(if $(DESTDIR),tools) $(if $(INSTALL_MOD_PATH),modules)
uninstall: $(addprefix uninstall-,$(or $(strip $(PARTS)),tools modules))

not-in-use:
	[ -n "$(INSTALL_MOD_PATH)$(DESTDIR)" ] || tools/boot/no-sets

uninstall-tools: not-in-use
	$(MAKE) -C tools/monitoring uninstall
	$(MAKE) -C tools/boot uninstall
	if dpkg -S $(DMREMAP) >/dev/null 2>&1; then \
		echo "$(DMREMAP) and its pages stay: they are of a Debian package." >&2; \
	else \
		$(MAKE) -C tools/dmremap uninstall; \
	fi

# those of DKMS belong to the package, and those in kernel/ to the kernel
uninstall-modules: not-in-use
	for dir in $(MODULES_DIR)/updates $(MODULES_DIR)/extra; do \
		[ ! -d $$dir ] || find $$dir -name dkms -prune -o \
			-name 'dm-remap*.ko*' -type f -exec tools/boot/remove {} +; \
	done
	[ ! -d $(MODULES_DIR) ] || depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) $(KVER)

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "There are no kernel headers in $(KDIR)." >&2; \
		echo "Install them (Debian: apt install linux-headers-$(KVER))" >&2; \
		echo "or name another place with KDIR=." >&2; exit 1; }

check:
	@$(RIG)/check

test:
	@$(RIG)/test

quick:
	@$(RIG)/quick

kunit:
	@$(RIG)/kunit $(T)

bats:
	@$(RIG)/bats $(if $(K),-k "$(K)") $(T)

shell:
	@$(RIG)/shell $(or $(K),6.12) $(T)

demo:
	tests/demo/run

bench:
	tests/bench/$(if $(T),$(T)/)run

tools:
	$(MAKE) -C tools/dmremap

deb:
	tools/debian/build

fuzz:
	$(RIG)/prepare $(or $(K),umldebug)
	K=$(or $(K),umldebug) RIG_PREPARED=1 tests/fuzz/run $$(($(or $(MINUTES),60) * 60)) $(JOBS)

crash:
	@K=$(K) tests/crash/run $(or $(N),100000) $(or $(SEED),1)

soak:
	@K=$(K) tests/model/soak $(or $(N),0) $(or $(SEED),1)

coverage:
	@$(RIG)/coverage $(T)

# the table of README.md, from build/results
tested:
	@$(RIG)/tested build/results README.md

compilers:
	@$(RIG)/compilers

upstream:
	@$(RIG)/upstream

mutate:
	@nice -n 19 tests/mutate/mutate.py --seed $(or $(SEED),1) --count $(or $(COUNT),100)

fleet:
	@/usr/bin/python3 tests/fleet/fleet.py --disks $(or $(N),10000) --seed $(or $(SEED),1) \
		$(if $(GUIDE),--guide docs/guide/choosing-a-spare.md --pictures docs/guide)

pictures: tools
	tests/tools/pictures

docs:
	python3 configfs-schema/generate.py

html:
	@$(RIG)/host-deps html-packages
	@docs/html/render.py build/html

# The fetched packages and our own kernels, which take minutes, stay: "make
# distclean" removes them too.
clean:
	find modules \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '*.cmd' -o -name Module.symvers -o -name modules.order \) -delete
	rm -rf build/results build/run build/*/src build/*/check build/*/updates build/*/payload*

distclean: clean
	rm -rf build

help:
	@cat $(RIG)/help.txt

.PHONY: uninstall-tools uninstall-modules not-in-use
.PHONY: modules install uninstall headers check test quick kunit bats shell demo bench tools deb fuzz crash soak fleet coverage tested compilers upstream mutate \
	pictures docs html clean distclean help
