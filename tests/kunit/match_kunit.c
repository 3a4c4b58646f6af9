// SPDX-License-Identifier: GPL-2.0
/*
 * Which halves are taken for one set.
 */
#include <kunit/test.h>

#include "../../modules/reassembly/match.c"

#define MAX_HALVES	6

/* Numbers of devices, which are their places in the array as well. */
enum { DEV_MAIN = 1, DEV_SPARE, DEV_OTHER, DEV_THIRD };

struct scene {
	struct list_head halves;
	struct half all[MAX_HALVES];
	uuid_t uuid;
	uuid_t other_uuid;
	struct match match;
};

static dev_t in_use;

static bool is_taken(dev_t dev)
{
	return dev == in_use;
}

static struct half *add(struct scene *s, unsigned int nr, enum half_kind kind)
{
	struct half *half = &s->all[nr];

	half->dev = nr;
	half->kind = kind;
	half->sectors = kind == HALF_SPARE || kind == HALF_DAMAGED ? 100 : 1000;
	half->main_sectors = 1000;
	half->target_sectors = 992;
	if (kind != HALF_PLAIN)
		half->uuid = s->uuid;
	list_add_tail(&half->list, &s->halves);
	return half;
}

static enum set_state look(struct scene *s)
{
	match_set(&s->match, &s->halves, &s->uuid, is_taken);
	return s->match.state;
}

static struct half *half_of(struct scene *s, unsigned int nr)
{
	return &s->all[nr];
}

static int match_init(struct kunit *test)
{
	struct scene *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	if (!s)
		return -ENOMEM;
	INIT_LIST_HEAD(&s->halves);
	s->uuid.b[0] = 1;
	s->other_uuid.b[0] = 2;
	in_use = 0;
	test->priv = s;
	return 0;
}

static void a_main_is_known_by_its_label_whatever_its_size_or_name(struct kunit *test)
{
	struct scene *s = test->priv;

	strscpy(add(s, DEV_SPARE, HALF_SPARE)->main_id, "wwn-1", 8);
	add(s, DEV_MAIN, HALF_MAIN);
	strscpy(add(s, DEV_OTHER, HALF_PLAIN)->given, "wwn-1", 8);
	add(s, DEV_THIRD, HALF_MAIN)->uuid = s->other_uuid;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	KUNIT_EXPECT_PTR_EQ(test, s->match.spare, (const struct half *)half_of(s, DEV_SPARE));
}

static void a_main_with_main_id_is_preferred_to_others_of_its_size(struct kunit *test)
{
	struct scene *s = test->priv;

	strscpy(add(s, DEV_SPARE, HALF_SPARE)->main_id, "wwn-1", 8);
	add(s, DEV_OTHER, HALF_PLAIN);
	strscpy(add(s, DEV_MAIN, HALF_PLAIN)->partuuid, "WWN-1", 8);
	add(s, DEV_THIRD, HALF_PLAIN);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	/* but it has to have the size */
	half_of(s, DEV_MAIN)->sectors = 999;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
}

static void two_mains_with_main_id_are_a_conflict(struct kunit *test)
{
	struct scene *s = test->priv;

	strscpy(add(s, DEV_SPARE, HALF_SPARE)->main_id, "id", 8);
	strscpy(add(s, DEV_MAIN, HALF_PLAIN)->given, "id", 8);
	strscpy(add(s, DEV_OTHER, HALF_PLAIN)->partuuid, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
}

static void an_empty_main_id_is_nobodys_name(struct kunit *test)
{
	struct scene *s = test->priv;

	add(s, DEV_SPARE, HALF_SPARE);
	add(s, DEV_MAIN, HALF_PLAIN)->sectors = 1001;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)NULL);
}

static void size_alone_is_enough_for_one_disk_only(struct kunit *test)
{
	struct scene *s = test->priv;

	add(s, DEV_SPARE, HALF_SPARE);
	add(s, DEV_MAIN, HALF_PLAIN);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	add(s, DEV_OTHER, HALF_PLAIN);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	in_use = DEV_OTHER;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
}

/* The spare of another set. */
static struct half *add_stranger(struct scene *s, unsigned int nr)
{
	struct half *half = add(s, nr, HALF_SPARE);

	half->uuid = s->other_uuid;
	return half;
}

static void a_disk_of_the_size_of_two_sets_is_that_of_neither(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE), *main = add(s, DEV_MAIN, HALF_PLAIN);
	struct half *stranger = add_stranger(s, DEV_OTHER);

	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	/* one that would not take it: of another size, in use, sealed, or with its main there */
	stranger->main_sectors = 1008;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	stranger->main_sectors = 1000;
	in_use = DEV_OTHER;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	in_use = 0;
	stranger->labelled = true;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	stranger->labelled = false;
	add(s, DEV_THIRD, HALF_MAIN)->uuid = s->other_uuid;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	half_of(s, DEV_THIRD)->kind = HALF_DAMAGED;
	/* nor one whose main_id another disk has */
	strscpy(stranger->main_id, "wwn-2", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	half_of(s, DEV_THIRD)->kind = HALF_PLAIN;
	strscpy(half_of(s, DEV_THIRD)->given, "wwn-2", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	/* and main_id is more than the size */
	strscpy(main->given, "wwn-2", 8);
	half_of(s, DEV_THIRD)->sectors = 999;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	strscpy(spare->main_id, "wwn-2", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	*stranger->main_id = 0;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
}

static void size_alone_is_not_enough_where_there_was_a_label(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN);

	spare->labelled = true;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	/* its name is, for a label may have become unreadable */
	strscpy(spare->main_id, "id", 8);
	strscpy(main->given, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
}

static void two_copies_are_a_conflict_whatever_their_generation(struct kunit *test)
{
	struct scene *s = test->priv;

	add(s, DEV_MAIN, HALF_MAIN);
	add(s, DEV_SPARE, HALF_SPARE)->generation = 7;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	add(s, DEV_OTHER, HALF_SPARE)->generation = 8;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	half_of(s, DEV_OTHER)->uuid = s->other_uuid;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	add(s, DEV_THIRD, HALF_MAIN);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
}

static void what_is_missing_is_named(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *main = add(s, DEV_MAIN, HALF_MAIN);

	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_SPARE);
	add(s, DEV_OTHER, HALF_DAMAGED);
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	/* a good one makes the damaged one a stranger */
	add(s, DEV_SPARE, HALF_SPARE);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	list_del(&main->list);
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
}

static void halves_of_different_sizes_do_not_fit(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *main = add(s, DEV_MAIN, HALF_MAIN), *spare = add(s, DEV_SPARE, HALF_SPARE);

	main->target_sectors = 984;
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	main->target_sectors = 992;
	main->main_sectors = 1008;
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	main->main_sectors = 1000;
	spare->main_start = 8;
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	spare->main_start = 0;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
}

static struct kunit_case match_cases[] = {
	KUNIT_CASE(a_main_is_known_by_its_label_whatever_its_size_or_name),
	KUNIT_CASE(a_main_with_main_id_is_preferred_to_others_of_its_size),
	KUNIT_CASE(two_mains_with_main_id_are_a_conflict),
	KUNIT_CASE(an_empty_main_id_is_nobodys_name),
	KUNIT_CASE(size_alone_is_enough_for_one_disk_only),
	KUNIT_CASE(a_disk_of_the_size_of_two_sets_is_that_of_neither),
	KUNIT_CASE(size_alone_is_not_enough_where_there_was_a_label),
	KUNIT_CASE(two_copies_are_a_conflict_whatever_their_generation),
	KUNIT_CASE(what_is_missing_is_named),
	KUNIT_CASE(halves_of_different_sizes_do_not_fit),
	{ }
};

static struct kunit_suite match_suite = {
	.name = "match_kunit",
	.init = match_init,
	.test_cases = match_cases,
};

kunit_test_suite(match_suite);

MODULE_DESCRIPTION("Unit tests of modules/reassembly/match.c");
MODULE_LICENSE("GPL");
