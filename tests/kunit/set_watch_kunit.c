// SPDX-License-Identifier: GPL-2.0
/*
 * How others see whole sets: attributes, measurements, other modules, and the errors of refused
 * tables.
 */
#include <dm-remap/namespace.h>
#include <dm-remap/observer.h>
#include <dm-remap/sets.h>

#include "set.h"

#define UUID_A	"11111111-2222-3333-4444-555555555555"

/* The number of a disk, as printed by attributes. */
static const char *number_of(struct set *s, const struct mdisk *d)
{
	dev_t dev = disk_devt(d->gendisk);
	char *number = kunit_kmalloc(s->test, 24, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(s->test, number);
	snprintf(number, 24, "%u:%u", MAJOR(dev), MINOR(dev));
	return number;
}

static void attributes_tell_disks_and_space(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "3 transient block_size 4096");
	EXPECT_ATTR(s, "main", number_of(s, s->main));
	EXPECT_ATTR(s, "spare/device", number_of(s, s->spare));
	EXPECT_ATTR(s, "state", "ok");
	EXPECT_ATTR(s, "block_size", "4096");
	EXPECT_ATTR(s, "remaps/capacity", "128");
	EXPECT_ATTR(s, "spare/total", "128");
	EXPECT_ATTR(s, "hash/longest_chain", "0");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_ATTR(s, "hash/longest_chain", "1");
	EXPECT_SET(s, 0, "scrub/region_mib", "2");
	EXPECT_ATTR(s, "scrub/region_mib", "2");
	/* the position of a scrub depends on its regions, so they cannot be changed now */
	EXPECT_SET(s, 0, "scrub/control", "start");
	EXPECT_SET(s, 0, "scrub/control", "pause");
	KUNIT_EXPECT_NE(test, set_attr(s, "scrub/region_mib", "1"), 0);
	EXPECT_ATTR(s, "scrub/region_mib", "2");
	EXPECT_SET(s, 0, "scrub/control", "resume");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	/* an ID must be printable, and cannot be removed */
	EXPECT_SET(s, -EINVAL, "main_id", "a\tb");
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "main_id", "a\0", 2), -EINVAL);
	EXPECT_SET(s, 0, "main_id", "\n");
	EXPECT_SET(s, 0, "main_id", "a-disk");
	EXPECT_ATTR(s, "main_id", "a-disk");
	EXPECT_SET(s, -EINVAL, "main_id", "\n");
	EXPECT_ATTR(s, "main_id", "a-disk");
	EXPECT_SET(s, -EINVAL, "scrub/control", "\n");
	KUNIT_EXPECT_EQ(test, set_attr_n(s, "scrub/control", "stop\0", 5), -EINVAL);
}

static void a_measurement_names_disks_and_format(struct kunit *test)
{
	struct set *s = test->priv;
	const char *line;

	make_set(s, "3 transient block_size 4096");
	line = status_of(s, DM_IMA_MEASUREMENT_FLAG);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(line, "target_name=remap,target_version="));
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, number_of(s, s->main)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, number_of(s, s->spare)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, ",main_start=0,"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, ",store=transient,block_size=4096;"));
}

/* --- other modules */

struct told {
	struct notifier_block nb;
	unsigned int begins, ends;
	u64 to;
};

static int tell(struct notifier_block *nb, unsigned long what, void *data)
{
	struct told *told = container_of(nb, struct told, nb);
	const struct dm_remap_resize_event *event = data;

	if (what == DM_REMAP_RESIZE_BEGIN)
		told->begins++;
	if (what == DM_REMAP_RESIZE_END)
		told->ends++;
	told->to = event->to;
	return NOTIFY_OK;
}

static void other_modules_are_told_of_resizes(struct kunit *test)
{
	struct set *s = test->priv;
	struct told told = { .nb.notifier_call = tell };

	make_set(s, "1 transient");
	KUNIT_ASSERT_EQ(test, dm_remap_resize_notifier_register(&told.nb), 0);
	EXPECT_SET(s, 0, "hash/min_buckets", "4096");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(told.ends));
	KUNIT_EXPECT_EQ(test, told.begins, 1);
	KUNIT_EXPECT_EQ(test, told.to, 4096);
	KUNIT_EXPECT_EQ(test, dm_remap_resize_notifier_unregister(&told.nb), 0);
	EXPECT_SET(s, 0, "hash/min_buckets", "8192");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "8192")));
	KUNIT_EXPECT_EQ(test, told.begins, 1);
}

struct seen {
	struct set *s;
	unsigned int sets;
	bool noio;
	struct dm_remap_set set;
};

static bool see(void *context, const struct dm_remap_set *set)
{
	struct seen *seen = context;

	if (set->main != disk_devt(seen->s->main->gendisk))
		return true;
	seen->sets++;
	seen->noio = current->flags & PF_MEMALLOC_NOIO;
	seen->set = *set;
	return false;
}

static void other_modules_find_the_sets(struct kunit *test)
{
	struct set *s = test->priv;
	struct seen seen = { .s = s };
	u64 generation;
	uuid_t uuid;

	KUNIT_ASSERT_EQ(test, uuid_parse(UUID_A, &uuid), 0);
	make_set(s, "3 persistent uuid " UUID_A);
	dm_remap_iterate_sets(see, &seen);
	KUNIT_EXPECT_EQ(test, seen.sets, 1);
	/* memory may have to be written to a suspended set, whose resume waits for this */
	KUNIT_EXPECT_TRUE(test, seen.noio);
	KUNIT_EXPECT_FALSE(test, current->flags & PF_MEMALLOC_NOIO);
	KUNIT_EXPECT_TRUE(test, uuid_equal(&seen.set.uuid, &uuid));
	KUNIT_EXPECT_EQ(test, seen.set.device, s->dev);
	KUNIT_EXPECT_EQ(test, seen.set.spare, disk_devt(s->spare->gendisk));
	KUNIT_EXPECT_TRUE(test, seen.set.persistent);
	KUNIT_EXPECT_EQ(test, kstrtou64(get_attr(s, "metadata/generation"), 10, &generation), 0);
	KUNIT_EXPECT_EQ(test, generation, status(s).generation);
	KUNIT_ASSERT_EQ(test, remove_set(s), 0);
	dm_remap_iterate_sets(see, &seen);
	KUNIT_EXPECT_EQ(test, seen.sets, 1);
}

/* Other modules that look for sets while a spare does not answer. */
struct stalled {
	struct set *s;
	struct work_struct commit, look;
	struct delayed_work release;
	struct completion looked;
	int ret;
	bool in_time;
};

static void commit_setting(struct work_struct *work)
{
	struct stalled *stalled = container_of(work, struct stalled, commit);

	stalled->ret = set_attr(stalled->s, "errors/retries", "3");
}

static void look_for_sets(struct work_struct *work)
{
	struct stalled *stalled = container_of(work, struct stalled, look);
	struct seen seen = { .s = stalled->s };

	dm_remap_iterate_sets(see, &seen);
	complete(&stalled->looked);
}

static void look_and_release(struct work_struct *work)
{
	struct stalled *stalled = container_of(to_delayed_work(work), struct stalled, release);

	queue_work(system_unbound_wq, &stalled->look);
	stalled->in_time = wait_for_completion_timeout(&stalled->looked, 2 * HZ);
	mdisk_release(stalled->s->spare);
}

/* A table that is loaded again waits for its own spare, but resumes of other sets do not. */
static void a_spare_that_hangs_stops_no_other_set(struct kunit *test)
{
	struct set *s = test->priv;
	struct stalled stalled = { .s = s };

	make_set(s, "1 persistent");
	INIT_WORK_ONSTACK(&stalled.commit, commit_setting);
	INIT_WORK_ONSTACK(&stalled.look, look_for_sets);
	INIT_DELAYED_WORK_ONSTACK(&stalled.release, look_and_release);
	init_completion(&stalled.looked);
	s->spare->hold = true;
	queue_work(system_unbound_wq, &stalled.commit);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(mdisk_held(s->spare)));
	queue_delayed_work(system_unbound_wq, &stalled.release, HZ / 5);
	KUNIT_EXPECT_EQ(test, reload(s), 0);
	flush_delayed_work(&stalled.release);
	flush_work(&stalled.look);
	flush_work(&stalled.commit);
	KUNIT_EXPECT_TRUE(test, stalled.in_time);
	KUNIT_EXPECT_EQ(test, stalled.ret, 0);
	destroy_work_on_stack(&stalled.commit);
	destroy_work_on_stack(&stalled.look);
	destroy_delayed_work_on_stack(&stalled.release);
	/* a table that is refused gives the device back */
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, "1 transient", 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare,
					 "3 persistent main_id other", 0), -EINVAL);
	again(s);
	EXPECT_ATTR(s, "errors/retries", "3");
}

/* The number of mapped requests in the histogram. */
static u64 maps_timed(struct set *s)
{
	char path[96], *line, *rest = s->text;
	u64 bound, n, sum = 0;

	snprintf(path, sizeof(path), "/sys/block/dm-%u/remap/stats/map_latency_histogram",
		 MINOR(s->dev));
	KUNIT_EXPECT_GT(s->test, file_read(path, s->text), 0);
	while ((line = strsep(&rest, "\n")) && sscanf(line, "%llu %llu", &bound, &n) == 2)
		sum += n;
	return sum;
}

static void histograms_can_be_turned_off(struct kunit *test)
{
	static const char path[] = "/sys/module/dm_remap_stats/parameters/histograms";
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	KUNIT_EXPECT_EQ(test, maps_timed(s), 1);
	KUNIT_EXPECT_EQ(test, file_write(path, "x", 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, file_write(path, "0", 1), 1);
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	KUNIT_EXPECT_EQ(test, maps_timed(s), 1);
	EXPECT_STAT(s, "writes", 2);
	KUNIT_EXPECT_EQ(test, file_write(path, "1", 1), 1);
	EXPECT_WRITE(s, 0, 16, 8, 'a');
	KUNIT_EXPECT_EQ(test, maps_timed(s), 2);
}

/* --- the table of remaps */

static void a_table_is_large_at_once_when_its_set_is_activated(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "remaps/add", "80 16\n160");
	EXPECT_SET(s, 0, "hash/min_buckets", "262144");
	again(s);
	EXPECT_ATTR(s, "hash/buckets", "262144");
	EXPECT_ATTR(s, "hash/entries", "3");
	EXPECT_READ(s, 80, 16, 'm');
	EXPECT_READ(s, 160, 8, 'm');
}

static void an_adaptive_table_does_not_shrink_at_once(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "hash/policy", "adaptive");
	EXPECT_SET(s, 0, "hash/min_buckets", "32768");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "32768")));
	EXPECT_SET(s, 0, "hash/min_buckets", "64");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_ATTR(s, "hash/buckets", "32768");
	EXPECT_SET(s, 0, "hash/policy", "fixed");
	EXPECT_SET(s, 0, "remaps/remove", "80");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "hash/buckets"), "64")));
}

static void a_tracker_notes_all_regions_of_a_large_discard(struct kunit *test)
{
	struct set *s = test->priv;
	char text[64];
	u64 id = 0;
	u32 size;
	int n;

	make_set(s, "1 transient");
	EXPECT_MESSAGE(s, 0, "track start");
	n = sscanf(s->text, "%llx %u", &id, &size);
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, 1000, 4000), 0);
	sprintf(text, "track read %llx 0", id);
	EXPECT_MESSAGE(s, 0, text);
	KUNIT_EXPECT_STREQ(test, s->text, "1000 4000\n");
}

/* --- tables that are refused */

static void a_table_needs_disks_that_can_be_opened(struct kunit *test)
{
	struct set *s = test->priv;
	struct mdisk *tiny = mdisk_alloc(8, 512, 512);

	KUNIT_ASSERT_NOT_NULL(test, tiny);
	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS, s->main, 0, tiny,
					 "3 transient block_size 32768", 0), -EINVAL);
	del_gendisk(tiny->gendisk);
	KUNIT_EXPECT_NE(test, load_table(s, MAIN_SECTORS, s->main, 0, tiny, "1 transient", 0), 0);
	KUNIT_EXPECT_NE(test, load_table(s, 8, tiny, 0, s->spare, "1 transient", 0), 0);
	put_disk(tiny->gendisk);
	tiny->gendisk = NULL;
	mdisk_free(tiny);
	KUNIT_EXPECT_EQ(test, s->spare->writes + s->main->writes, 0);
}

static void a_table_names_the_tracker_of_a_new_main(struct kunit *test)
{
	static const char * const bad[] = { "+1", "x", "0", "1x", NULL };
	struct set *s = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, create_device(s), 0);
	for (i = 0; bad[i]; i++) {
		snprintf(s->args, sizeof(s->args), "3 transient new_main %s", bad[i]);
		KUNIT_EXPECT_EQ_MSG(test, reload(s), -EINVAL, "%s", s->args);
	}
	/* there is no suspended set with this tracker */
	strscpy(s->args, "3 transient new_main 1f", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, reload(s), -EINVAL);
	strscpy(s->args, "2 transient force_block_size", sizeof(s->args));
	KUNIT_ASSERT_EQ(test, reload(s), 0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(status_of(s, DM_STATUS_TABLE_FLAG),
					   " force_block_size"));
	/* the set already has this main */
	strscpy(s->args, "3 transient new_main 1f", sizeof(s->args));
	KUNIT_EXPECT_EQ(test, reload(s), -EINVAL);
}

static void a_reload_keeps_what_makes_the_set(struct kunit *test)
{
	static const char * const bad[] = {
		"2 persistent read_only", "1 transient", "3 persistent block_size 8192",
		"3 persistent new_main 1f",
		"3 persistent uuid 66666666-7777-8888-9999-aaaaaaaaaaaa", NULL,
	};
	struct set *s = test->priv;
	unsigned int i;

	make_set(s, "5 persistent block_size 4096 uuid " UUID_A);
	EXPECT_SET(s, 0, "remaps/add", "80");
	for (i = 0; bad[i]; i++)
		KUNIT_EXPECT_EQ_MSG(test, load_table(s, MAIN_SECTORS, s->main, 0, s->spare, bad[i],
						     0), -EINVAL, "%s", bad[i]);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS - 8, s->main, 0, s->spare, s->args, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, load_table(s, MAIN_SECTORS - 8, s->main, 8, s->spare, s->args, 0),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, reload(s), 0);
	KUNIT_EXPECT_EQ(test, resume(s), 0);
	expect_list(s, "80 16 8 remapped 0x0 0x0\n");
}

/* --- the disks */

static void a_discard_of_a_spare_that_knows_none_is_done(struct kunit *test)
{
	struct set *s = test->priv;
	struct queue_limits *limits = &s->spare->gendisk->queue->limits;

	limits->max_hw_discard_sectors = 0;
	limits->max_discard_sectors = 0;
	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "remaps/add", "80");
	EXPECT_WRITE(s, 0, 80, 8, 'a');
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, 80, 8), 0);
	KUNIT_EXPECT_EQ(test, s->spare->discards, 0);
	EXPECT_READ(s, 80, 8, 'a');
	KUNIT_EXPECT_EQ(test, do_io(s, REQ_OP_DISCARD, 88, 8), 0);
	KUNIT_EXPECT_EQ(test, s->main->discards, 1);
}

static void a_scrub_reads_the_region_of_what_it_found(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "scrub/region_mib", "2");
	EXPECT_SET(s, 0, "scrub/rate_kib", "1048576");
	__set_bit(1003, s->main->bad_read);
	__set_bit(1011, s->main->bad_read);
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	EXPECT_ATTR(s, "remaps/pending", "2");
	/* all sectors, and those of that region once more, but for the two blocks */
	KUNIT_EXPECT_GE(test, stat_of(s, "scrub_sectors"), MAIN_SECTORS + 4096 - 16);
	KUNIT_EXPECT_LE(test, stat_of(s, "scrub_sectors"), MAIN_SECTORS + 4096);
	/* with a length that changes the regions the scrub starts again */
	EXPECT_SET(s, 0, "scrub/control", "start");
	EXPECT_SET(s, 0, "scrub/control", "pause");
	close_bdev(s);
	KUNIT_ASSERT_EQ(test, suspend(s), 0);
	KUNIT_ASSERT_EQ(test, load_table(s, MAIN_SECTORS - 1024, s->main, 0, s->spare, s->args, 0),
			0);
	KUNIT_ASSERT_EQ(test, resume(s), 0);
	EXPECT_ATTR(s, "scrub/position", "0");
}

static void a_scrub_moves_blocks_that_are_slow(struct kunit *test)
{
	struct set *s = test->priv;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "errors/slow_ms", "500");
	s->main->slow_ms = 900;
	__set_bit(1003, s->main->slow);
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	expect_list(s, "1000 0 8 remapped 0x0 0x0\n");
	EXPECT_STAT(s, "slow_moves", 1);
}

static void a_scrub_waits_while_the_main_does_not_answer(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int reads;

	make_set(s, "1 transient");
	EXPECT_SET(s, 0, "scrub/rate_kib", "0");
	s->main->error = BLK_STS_TRANSPORT;
	bitmap_fill(s->main->bad_read, MDISK_SECTORS);
	reads = s->main->reads;
	EXPECT_SET(s, 0, "scrub/control", "start");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(s->main->reads > reads));
	msleep(200);
	reads = s->main->reads;
	msleep(500);
	KUNIT_EXPECT_EQ(test, s->main->reads, reads);
	EXPECT_ATTR(s, "scrub/state", "running");
	EXPECT_ATTR(s, "scrub/position", "0");
	KUNIT_EXPECT_EQ(test, status(s).pending, 0);
}

static void a_scrub_counts_the_time_before_a_restart(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int took = 0;
	char result[64];
	int n;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "scrub/rate_kib", "1");
	EXPECT_SET(s, 0, "scrub/control", "start");
	msleep(1100);
	EXPECT_SET(s, 0, "scrub/control", "pause");
	again(s);
	EXPECT_ATTR(s, "scrub/state", "paused");
	EXPECT_SET(s, 0, "scrub/rate_kib", "0");
	EXPECT_SET(s, 0, "scrub/control", "resume");
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(!strcmp(get_attr(s, "scrub/state"), "idle")));
	get_attr(s, "scrub/last_result");
	n = sscanf(s->text, "%*u %u", &took);
	KUNIT_EXPECT_EQ(test, n, 1);
	KUNIT_EXPECT_GE(test, took, 1);
	/* the result outlives another restart */
	strscpy(result, s->text, sizeof(result));
	again(s);
	EXPECT_ATTR(s, "scrub/last_result", result);
}

static void a_disk_that_fails_fast_is_told(struct kunit *test)
{
	struct set *s = test->priv;
	unsigned int i;

	make_set(s, "1 persistent");
	EXPECT_SET(s, 0, "errors/neighbours", "0");
	EXPECT_SET(s, 0, "errors/rate_warn", "2");
	EXPECT_SET(s, 0, "errors/rate_urgent", "4");
	for (i = 0; i < 4; i++) {
		__set_bit(800 + 80 * i, s->main->bad_write);
		EXPECT_WRITE(s, 0, 800 + 80 * i, 8, 'a');
	}
	EXPECT_ATTR(s, "remaps/rate", "4 4 4");
	KUNIT_EXPECT_STREQ(test, status(s).state, "ok");
	again(s);
	EXPECT_ATTR(s, "remaps/rate", "4 4 4");
}

static struct kunit_case set_watch_cases[] = {
	KUNIT_CASE(attributes_tell_disks_and_space),
	KUNIT_CASE(a_measurement_names_disks_and_format),
	KUNIT_CASE(other_modules_are_told_of_resizes),
	KUNIT_CASE(other_modules_find_the_sets),
	KUNIT_CASE(a_spare_that_hangs_stops_no_other_set),
	KUNIT_CASE(histograms_can_be_turned_off),
	KUNIT_CASE(a_table_is_large_at_once_when_its_set_is_activated),
	KUNIT_CASE(an_adaptive_table_does_not_shrink_at_once),
	KUNIT_CASE(a_tracker_notes_all_regions_of_a_large_discard),
	KUNIT_CASE(a_table_needs_disks_that_can_be_opened),
	KUNIT_CASE(a_table_names_the_tracker_of_a_new_main),
	KUNIT_CASE(a_reload_keeps_what_makes_the_set),
	KUNIT_CASE(a_discard_of_a_spare_that_knows_none_is_done),
	KUNIT_CASE(a_scrub_reads_the_region_of_what_it_found),
	KUNIT_CASE_SLOW(a_scrub_moves_blocks_that_are_slow),
	KUNIT_CASE(a_scrub_waits_while_the_main_does_not_answer),
	KUNIT_CASE_SLOW(a_scrub_counts_the_time_before_a_restart),
	KUNIT_CASE(a_disk_that_fails_fast_is_told),
	{ }
};

SET_SUITE(set_watch);

MODULE_IMPORT_NS(DM_REMAP_NS);
MODULE_SOFTDEP("pre: dm-remap dm-remap-metadata dm-remap-stats");
MODULE_DESCRIPTION("KUnit tests of dm-remap: what others see of whole sets");
MODULE_LICENSE("GPL");
