// SPDX-License-Identifier: GPL-2.0
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk/content.h"
#include "disk/signature.h"
#include "lib/exit.h"
#include "lib/message.h"
#include "lib/shell-word.h"

/* Upper bound on probes: libblkid makes one for each of about a hundred kinds of content. */
#define MAX_LOOKS	10000

/* Longest signature to overwrite with a single write. */
#define WIPE_SIZE	512

bool content_is_zeros(int fd)
{
	size_t size = 1 << 20, i = 0;
	char *data = malloc(size);

	if (!data)
		no_memory();
	if (pread(fd, data, size, 0) == (ssize_t)size)
		while (i < size && !data[i])
			i++;
	free(data);
	return i == size;
}

static void take_text(blkid_probe probe, const char *name, char *text)
{
	const char *value;

	if (!blkid_probe_lookup_value(probe, name, &value, NULL))
		snprintf(text, SIGNATURE_TEXT_SIZE, "%s", value);
}

/* The text is untrusted, and JSON must be valid UTF-8, so encode it as udev does. */
static void take_label(blkid_probe probe, char *text)
{
	const char *value, *c;

	if (blkid_probe_lookup_value(probe, "LABEL", &value, NULL))
		return;
	for (c = value; *c >= ' ' && *c < 127; c++)
		;
	if (!*c)
		snprintf(text, SIGNATURE_TEXT_SIZE, "%s", value);
	else if (blkid_encode_string(value, text, SIGNATURE_TEXT_SIZE))
		*text = 0;
}

/* Its location, if known. */
static void take_place(blkid_probe probe, bool table, struct signature *signature)
{
	const char *offset;
	size_t size;

	if (blkid_probe_lookup_value(probe, table ? "PTMAGIC_OFFSET" : "SBMAGIC_OFFSET", &offset,
				     NULL) ||
	    blkid_probe_lookup_value(probe, table ? "PTMAGIC" : "SBMAGIC", NULL, &size))
		return;
	signature->offset = strtoull(offset, NULL, 10);
	signature->size = size;
}

static struct signature take(blkid_probe probe)
{
	struct signature signature = {};
	bool table = !blkid_probe_has_value(probe, "TYPE");

	take_text(probe, table ? "PTTYPE" : "TYPE", signature.type);
	take_text(probe, table ? "PTUUID" : "UUID", signature.uuid);
	take_label(probe, signature.label);
	signature.kind = table ? "a partition table" : content_kind(probe);
	take_place(probe, table, &signature);
	return signature;
}

static bool is_new(const struct signatures *found, const struct signature *signature)
{
	unsigned int i;

	for (i = 0; i < found->nr; i++)
		if (found->item[i].offset == signature->offset &&
		    !strcmp(found->item[i].type, signature->type))
			return false;
	return true;
}

static void add(struct signatures *found, const struct signature *signature)
{
	found->item = reallocarray(found->item, found->nr + 1, sizeof(*found->item));
	if (!found->item)
		no_memory();
	found->item[found->nr++] = *signature;
}

/* Hide each signature found, so that the next probe finds the one that it masks. */
static void look(struct signatures *found, blkid_probe probe)
{
	struct signature signature;
	unsigned int i;
	int result;

	for (i = 0; i < MAX_LOOKS; i++) {
		result = blkid_do_probe(probe);
		if (result > 0)
			break;
		/* continue: the next probe looks for another kind, in another place */
		if (result < 0) {
			found->unreadable++;
			continue;
		}
		signature = take(probe);
		if (!is_new(found, &signature))
			continue;
		add(found, &signature);
		if (signature.size) {
			blkid_probe_hide_range(probe, signature.offset, signature.size);
			blkid_probe_step_back(probe);
		}
	}
}

int signatures_find(struct signatures *found, const char *path, int fd)
{
	blkid_probe probe = blkid_new_probe();

	*found = (struct signatures) {};
	if (!probe)
		no_memory();
	device_drop_cache(fd);
	if (blkid_probe_set_device(probe, fd, 0, 0)) {
		complain("%s cannot be examined: libblkid does not accept it.", path);
		blkid_free_probe(probe);
		return EXIT_OPERATION;
	}
	blkid_probe_enable_superblocks(probe, 1);
	/* content with a bad checksum may still be needed */
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_MAGIC | BLKID_SUBLKS_TYPE |
					  BLKID_SUBLKS_USAGE | BLKID_SUBLKS_LABEL |
					  BLKID_SUBLKS_UUID | BLKID_SUBLKS_BADCSUM);
	blkid_probe_enable_partitions(probe, 1);
	blkid_probe_set_partitions_flags(probe, BLKID_PARTS_MAGIC | BLKID_PARTS_FORCE_GPT);
	look(found, probe);
	blkid_free_probe(probe);
	return EXIT_CLEAN;
}

static int wipe(int fd, const struct signature *signature)
{
	static const char zeros[WIPE_SIZE];
	uint64_t done = 0;
	size_t part;
	ssize_t n;

	while (done < signature->size) {
		part = signature->size - done < WIPE_SIZE ? signature->size - done : WIPE_SIZE;
		n = pwrite(fd, zeros, part, signature->offset + done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += n;
	}
	return 0;
}

int signatures_wipe(const struct signatures *found, const char *path, int fd)
{
	unsigned int i;

	for (i = 0; i < found->nr; i++) {
		if (!found->item[i].size) {
			complain("%s: dmremap cannot remove the signature of %s (%s). Clear the device: \"blkdiscard -f -z %s\".",
				 path, found->item[i].kind, found->item[i].type, shell_word(path));
			return EXIT_OPERATION;
		}
		if (wipe(fd, &found->item[i]))
			goto failed;
	}
	if (!fsync(fd))
		return EXIT_CLEAN;
failed:
	complain("%s cannot be written: %s.", path, strerror(errno));
	return EXIT_OPERATION;
}

void signatures_free(struct signatures *found)
{
	free(found->item);
	*found = (struct signatures) {};
}

void device_drop_cache(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISBLK(st.st_mode))
		return;
	/*
	 * BLKFLSBUF needs privileges; without them fall back to this, which does not drop pages
	 * under writeback
	 */
	if (ioctl(fd, BLKFLSBUF, 0)) {
		fsync(fd);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	}
}
