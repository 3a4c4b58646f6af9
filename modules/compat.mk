# SPDX-License-Identifier: GPL-2.0
#
# What this kernel has, found by compiling: part of the Kbuild of all who include
# <dm-remap/compat.h>.

# $(call remap-probe,NAME,HEADER,CODE): -DDM_REMAP_HAVE_NAME if CODE compiles in a source
# of a module for this kernel, after <HEADER>.
remap-probe = $(shell printf '%s\n' '$(3)' | \
	$(CC) $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) $(KBUILD_CFLAGS) \
		$(KBUILD_CFLAGS_MODULE) -DKBUILD_MODNAME='"probe"' -DKBUILD_MODFILE='"probe"' \
		-D__KBUILD_MODNAME=kmod_probe -Werror -include $(2) \
		-x c -fsyntax-only - 2>/dev/null && echo -DDM_REMAP_HAVE_$(1))

# make clean has neither a configuration nor a compiler's flags
ifneq ($(KBUILD_CFLAGS),)

ifneq ($(CONFIG_64BIT),y)
$(error dm-remap needs a 64-bit kernel: a 32-bit one cannot store a remap at once)
endif

# what always compiles: else it would seem that the kernel has nothing
ifeq ($(call remap-probe,ANY,linux/module.h,MODULE_LICENSE("GPL");),)
$(error dm-remap: $(CC) cannot compile a module for this kernel; make V=1 for its flags)
endif

ccflags-y += $(call remap-probe,BLK_MODE_T,linux/blkdev.h,static const blk_mode_t probe __maybe_unused = BLK_OPEN_READ;)
ccflags-y += $(call remap-probe,BDEV_FILE,linux/blkdev.h,static inline struct file *probe(void) { return bdev_file_open_by_dev(0, 0, NULL, NULL); })
# crc32c() without a driver of the crypto API, which would have to be loaded
ccflags-y += $(call remap-probe,CRC32_CRC32C,linux/crc32.h,static inline u32 probe(void) { return crc32c(0, NULL, 0); })
ccflags-y += $(call remap-probe,SCSI,scsi/scsi_device.h,static inline int probe(struct scsi_device *sdev) { return scsi_device_online(sdev); })
# renamed in 7.3
ccflags-y += $(call remap-probe,BVEC_OFFSET,linux/bvec.h,static inline u32 probe(struct bvec_iter *iter) { return iter->bi_offset; })
ccflags-y += $(call remap-probe,BARE_NAMESPACE,linux/module.h,MODULE_IMPORT_NS(DM_REMAP);)

endif
