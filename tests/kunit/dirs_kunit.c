// SPDX-License-Identifier: GPL-2.0
/*
 * The directories of devices: their names, retries after failures, and that nothing waits
 * for a file system that hangs.
 */
#include <kunit/test.h>

#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/device-mapper.h>

/* A mapped device. */
struct fake {
	struct gendisk *disk;
	/* NULL while it is being removed */
	const char *name;
	struct remap_dirs *dirs;
};

static struct gendisk *fake_disk(struct mapped_device *md)
{
	return ((struct fake *)md)->disk;
}

static const char *fake_number(struct mapped_device *md)
{
	return "254:0";
}

static int fake_name(struct mapped_device *md, char *name, char *uuid)
{
	const struct fake *f = (struct fake *)md;

	if (!f->name)
		return -ENXIO;
	strscpy(name, f->name, DM_NAME_LEN);
	return 0;
}

#define dm_disk			fake_disk
#define dm_device_name		fake_number
#define dm_copy_name_and_uuid	fake_name

#include "../../modules/core/dirs.c"

#define DEVICES	3

static struct fake devices[DEVICES];
static struct remap_device *rds[DEVICES];

/* The state of the file systems, and how their calls behave. */
static struct {
	/* number of calls that will fail */
	unsigned int sysfs_fails, link_fails, tree_fails;
	/* if true, the next call waits for @go */
	bool hangs;
	struct completion go;
	unsigned int links, trees, dirs, names;
} fs;

/* --- functions that dirs.c calls */

static bool fails(unsigned int *left)
{
	if (!*left)
		return false;
	--*left;
	return true;
}

int remap_sysfs_add(struct remap_dirs *dirs)
{
	if (fails(&fs.sysfs_fails))
		return -ENOMEM;
	dirs->observed.dir = (void *)dirs;
	fs.dirs++;
	return 0;
}

void remap_sysfs_remove(struct remap_dirs *dirs)
{
	fs.dirs -= !!dirs->observed.dir;
	dirs->observed.dir = NULL;
}

int remap_sysfs_link(struct remap_dirs *dirs, const char *name)
{
	if (fails(&fs.link_fails))
		return -ENOMEM;
	fs.links++;
	return 0;
}

void remap_sysfs_unlink(const char *name)
{
	fs.links--;
}

struct remap_tree *remap_tree_add(struct remap_dirs *dirs, const char *name, bool persistent)
{
	if (fs.hangs)
		wait_for_completion(&fs.go);
	if (fails(&fs.tree_fails))
		return NULL;
	fs.trees++;
	return (void *)dirs;
}

void remap_tree_remove(struct remap_tree *tree)
{
	if (fs.hangs)
		wait_for_completion(&fs.go);
	fs.trees--;
}

bool remap_settings_follow_name(struct remap_device *rd)
{
	fs.names++;
	return true;
}

bool remap_turned_read_only(struct remap_device *rd)
{
	return false;
}

void remap_inherit_counts(struct remap_device *rd, struct remap_device *old)
{
}

struct dm_remap_store_type remap_store_transient = { .name = "transient" };
static struct dm_remap_store test_store = { .type = &remap_store_transient };

/* --- devices */

#define COMES_TRUE(condition) ({					\
	unsigned int _i = 0;						\
	while (!(condition) && _i++ < 500)				\
		msleep(20);						\
	_i <= 500; })

static void activate(struct kunit *test, unsigned int i, const char *name)
{
	struct fake *f = &devices[i];

	f->name = name;
	uuid_gen(&rds[i]->store->uuid);
	f->dirs = remap_dirs_get((struct mapped_device *)f);
	KUNIT_ASSERT_NOT_NULL(test, f->dirs);
	remap_dirs_activate(f->dirs, rds[i]);
	remap_dirs_settle(f->dirs);
}

static void deactivate(unsigned int i)
{
	remap_dirs_deactivate(devices[i].dirs, rds[i]);
	remap_dirs_put(devices[i].dirs);
	devices[i].dirs = NULL;
}

/* Whether all directories of a device exist, with this name. */
static bool are(unsigned int i, const char *name)
{
	const struct remap_dirs *d = devices[i].dirs;

	return d->observed.dir && d->linked && d->tree && !strcmp(d->name, name);
}

static int dirs_test_init(struct kunit *test)
{
	unsigned int i;

	memset(&fs, 0, sizeof(fs));
	init_completion(&fs.go);
	for (i = 0; i < DEVICES; i++) {
		rds[i] = kunit_kzalloc(test, sizeof(*rds[i]), GFP_KERNEL);
		devices[i] = (struct fake) { .disk = blk_alloc_disk(NULL, NUMA_NO_NODE) };
		if (!rds[i] || IS_ERR(devices[i].disk))
			return -ENOMEM;
		rds[i]->store = &test_store;
	}
	return remap_dirs_init();
}

static void dirs_test_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < DEVICES; i++)
		if (devices[i].dirs)
			deactivate(i);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(list_empty(&all_dirs)));
	remap_dirs_exit();
	KUNIT_EXPECT_EQ(test, fs.dirs + fs.links + fs.trees, 0);
	for (i = 0; i < DEVICES; i++)
		put_disk(devices[i].disk);
}

static void directories_come_and_go_with_a_device(struct kunit *test)
{
	activate(test, 0, "r");
	KUNIT_EXPECT_TRUE(test, are(0, "r"));
	KUNIT_EXPECT_FALSE(test, devices[0].dirs->tree_persistent);
	KUNIT_EXPECT_GT(test, fs.names, 0);
	activate(test, 1, "q");
	KUNIT_EXPECT_TRUE(test, are(1, "q"));
	KUNIT_EXPECT_EQ(test, fs.trees, 2);
	deactivate(0);
	KUNIT_EXPECT_EQ(test, fs.trees, 1);
	KUNIT_EXPECT_EQ(test, fs.links, 1);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(list_is_singular(&all_dirs)));
	KUNIT_EXPECT_EQ(test, fs.dirs, 1);
}

/* device-mapper does not notify targets of a rename. */
static void names_are_followed_and_swapped(struct kunit *test)
{
	char uuid[UUID_STRING_LEN + 1];

	activate(test, 0, "r");
	activate(test, 1, "q");
	devices[0].name = "s";
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(are(0, "s")));
	devices[0].name = "q";
	devices[1].name = "s";
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(are(0, "q") && are(1, "s")));
	KUNIT_EXPECT_EQ(test, fs.trees, 2);
	/* a device that is being removed keeps its name until it has gone */
	devices[1].name = NULL;
	activate(test, 2, "s");
	snprintf(uuid, sizeof(uuid), "%pU", &rds[2]->store->uuid);
	KUNIT_EXPECT_TRUE(test, are(2, uuid));
	deactivate(1);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(are(2, "s")));
}

static void what_fails_is_tried_again(struct kunit *test)
{
	unsigned int *which[] = { &fs.sysfs_fails, &fs.link_fails, &fs.tree_fails };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(which); i++) {
		*which[i] = 2;
		activate(test, 0, "r");
		KUNIT_EXPECT_FALSE(test, are(0, "r"));
		KUNIT_EXPECT_TRUE(test, devices[0].dirs->incomplete);
		KUNIT_EXPECT_TRUE(test, devices[0].dirs->told);
		KUNIT_EXPECT_TRUE(test, COMES_TRUE(are(0, "r")));
		KUNIT_EXPECT_TRUE(test, COMES_TRUE(!devices[0].dirs->incomplete));
		KUNIT_EXPECT_FALSE(test, devices[0].dirs->told);
		deactivate(0);
		KUNIT_EXPECT_TRUE(test, COMES_TRUE(list_empty(&all_dirs)));
	}
}

/* A reader of configfs can make it hang; nothing else may hang with it. */
static void nobody_waits_long_for_a_file_system(struct kunit *test)
{
	unsigned long begin = jiffies;

	fs.hangs = true;
	activate(test, 0, "r");
	KUNIT_EXPECT_NULL(test, devices[0].dirs->tree);
	/* the device is active without its directories, and goes before them */
	KUNIT_EXPECT_PTR_EQ(test, devices[0].dirs->rd, rds[0]);
	deactivate(0);
	fs.hangs = false;
	activate(test, 1, "q");
	KUNIT_EXPECT_TRUE(test, are(1, "q"));
	KUNIT_EXPECT_TRUE(test, time_before(jiffies, begin + 10 * HZ));
	complete_all(&fs.go);
	KUNIT_EXPECT_TRUE(test, COMES_TRUE(fs.trees == 1 && list_is_singular(&all_dirs)));
}

static struct kunit_case dirs_cases[] = {
	KUNIT_CASE(directories_come_and_go_with_a_device),
	KUNIT_CASE_SLOW(names_are_followed_and_swapped),
	KUNIT_CASE_SLOW(what_fails_is_tried_again),
	KUNIT_CASE_SLOW(nobody_waits_long_for_a_file_system),
	{ }
};

static struct kunit_suite dirs_suite = {
	.name = "dirs_kunit",
	.init = dirs_test_init,
	.exit = dirs_test_exit,
	.test_cases = dirs_cases,
};

kunit_test_suite(dirs_suite);

MODULE_DESCRIPTION("Unit tests of the directories of devices");
MODULE_LICENSE("GPL");
