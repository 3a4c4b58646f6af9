// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kernel/blockdev.h"
#include "kernel/disk-name.h"
#include "lib/util.h"
#include "sets/active.h"
#include "show/metrics.h"

static const char * const states[] = {
	"ok", "degraded", "exhausted", "suspended-remaps", "read-only", "failed",
};

static const char * const stores[] = { "transient", "clean", "degraded", "failed" };

static void print_state(FILE *out, const char *name, const struct sample *sample,
			const char *state, bool is)
{
	metrics_device(out, name, sample);
	fprintf(out, ",state=\"%s\"} %d\n", state, is);
}

/* One series per state; a state that only a later module knows is added. */
static void print_states(FILE *out, const char *name, const struct sample *sample,
			 const char *now, const char * const *all, unsigned int nr)
{
	bool found = false, is;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		is = !strcmp(all[i], now);
		found |= is;
		print_state(out, name, sample, all[i], is);
	}
	if (!found)
		print_state(out, name, sample, now, true);
}

/* Device numbers and paths may change at each boot; models and serial numbers do not. */
static void print_disk(FILE *out, const char *role, const char *number)
{
	char label[32];
	struct disk_name name;
	struct blockdev dev;

	disk_name_find(&name, number);
	snprintf(label, sizeof(label), "%s_device", role);
	metrics_label(out, label, blockdev_by_number(&dev, number) ? dev.path : number);
	snprintf(label, sizeof(label), "%s_model", role);
	metrics_label(out, label, name.model);
	snprintf(label, sizeof(label), "%s_serial", role);
	metrics_label(out, label, name.serial);
}

static void print_present(FILE *out, const struct sample *sample, const char *disk,
			  const char *number)
{
	metrics_device(out, "dm_remap_disk_present", sample);
	fprintf(out, ",disk=\"%s\"} %d\n", disk, !blockdev_gone(number));
}

static bool is_suspended(const struct sample *sample, const struct active *actives, int nr)
{
	int i;

	/* the directory of a set whose name another one holds is called by its uuid */
	for (i = 0; i < nr; i++)
		if (!strcmp(actives[i].name, sample->name) ||
		    !strcasecmp(actives[i].uuid, sample->name))
			return actives[i].suspended;
	return false;
}

static void print_suspended(FILE *out, const struct samples *samples)
{
	struct active *actives;
	int nr = actives_list(&actives), i;

	metrics_family(out, "dm_remap_suspended", "gauge",
		       "Whether a device is suspended, so that its I/O waits: the state does not tell.");
	for (i = 0; i < samples->nr; i++) {
		metrics_device(out, "dm_remap_suspended", &samples->sample[i]);
		fprintf(out, "} %d\n", is_suspended(&samples->sample[i], actives, nr));
	}
	free(actives);
}

static void print_infos(FILE *out, const struct samples *samples)
{
	const struct sample *sample;
	int i;

	metrics_family(out, "dm_remap_info", "gauge", "Which set a device is, and on which disks.");
	for (i = 0; i < samples->nr; i++) {
		sample = &samples->sample[i];
		metrics_device(out, "dm_remap_info", sample);
		fprintf(out, ",uuid=\"%s\",main=\"%s\",spare=\"%s\"", sample->uuid,
			sample->main, sample->spare);
		print_disk(out, "main", sample->main);
		print_disk(out, "spare", sample->spare);
		fputs("} 1\n", out);
	}
	metrics_family(out, "dm_remap_disk_present", "gauge",
		       "Whether a disk is in the system: the state does not tell.");
	for (i = 0; i < samples->nr; i++) {
		print_present(out, &samples->sample[i], "main", samples->sample[i].main);
		print_present(out, &samples->sample[i], "spare", samples->sample[i].spare);
	}
	metrics_family(out, "dm_remap_counted", "gauge",
		       "Whether the module dm_remap_stats is there, which counts.");
	for (i = 0; i < samples->nr; i++) {
		metrics_device(out, "dm_remap_counted", &samples->sample[i]);
		fprintf(out, "} %d\n", samples->sample[i].counted);
	}
}

void metrics_states(FILE *out, const struct samples *samples)
{
	const struct sample *sample = samples->sample;
	int i;

	metrics_family(out, "dm_remap_devices", "gauge", "How many devices there are.");
	fprintf(out, "dm_remap_devices %d\n", samples->devices);
	print_infos(out, samples);
	print_suspended(out, samples);
	metrics_family(out, "dm_remap_state", "gauge", "1 for the state that a device is in.");
	for (i = 0; i < samples->nr; i++)
		print_states(out, "dm_remap_state", &sample[i], sample[i].state, states,
			     ARRAY_SIZE(states));
	metrics_family(out, "dm_remap_store_state", "gauge",
		       "1 for the state that the store of the remap table is in.");
	for (i = 0; i < samples->nr; i++)
		print_states(out, "dm_remap_store_state", &sample[i], sample[i].store, stores,
			     ARRAY_SIZE(stores));
}
