// SPDX-License-Identifier: GPL-2.0
/*
 * Which halves are taken for one set.
 */
#include <kunit/test.h>

#include "../../modules/metadata/main-id.c"
#include "../../modules/reassembly/index.c"
#include "../../modules/reassembly/match.c"
#include "../../modules/reassembly/touch.c"

#define MAX_HALVES	8

/* Numbers of devices, which are also their indexes in the array. */
enum { DEV_MAIN = 1, DEV_SPARE, DEV_OTHER, DEV_THIRD };

struct scene {
	struct reassembly_index index;
	struct half all[MAX_HALVES];
	bool there[MAX_HALVES];
	uuid_t uuid;
	uuid_t other_uuid;
	struct reassembly_match match;
};

static dev_t in_use;

static bool is_in_use(void *context, dev_t dev)
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
	s->there[nr] = true;
	return half;
}

static void enter(struct scene *s)
{
	unsigned int i;

	reassembly_index_init(&s->index);
	for (i = 0; i < MAX_HALVES; i++)
		if (s->there[i])
			reassembly_index_add(&s->index, &s->all[i]);
}

/* Match one set, perhaps after another one, whose result must not matter. */
static enum set_state look_at(struct scene *s, const uuid_t *uuid, const uuid_t *before)
{
	struct reassembly_matcher matcher = { .index = &s->index, .taken = is_in_use };

	enter(s);
	if (before)
		reassembly_match(&matcher, before, &s->match);
	reassembly_match(&matcher, uuid, &s->match);
	return s->match.state;
}

static enum set_state look(struct scene *s)
{
	enum set_state state = look_at(s, &s->uuid, NULL);

	return state == look_at(s, &s->uuid, &s->other_uuid) ? state : SET_ACTIVE;
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
	s->uuid.b[0] = 1;
	s->other_uuid.b[0] = 2;
	in_use = 0;
	test->priv = s;
	return 0;
}

static void a_main_is_known_by_its_label(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);

	spare->labelled = true;
	add(s, DEV_MAIN, HALF_MAIN);
	add(s, DEV_OTHER, HALF_PLAIN);
	add(s, DEV_THIRD, HALF_MAIN)->uuid = s->other_uuid;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	KUNIT_EXPECT_PTR_EQ(test, s->match.spare, (const struct half *)spare);
}

static void a_label_never_beats_an_identity(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN), *forged;

	strscpy(spare->main_id, "wwn-0x1", sizeof(spare->main_id));
	strscpy(main->given, "wwn-0x1", sizeof(main->given));
	forged = add(s, DEV_OTHER, HALF_MAIN);
	/* the spare has not recorded a label, so its identity counts */
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	/* now it has, so one of the two disks must be wrong */
	spare->labelled = true;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	/* the labelled one has another identity, so it is the wrong one */
	strscpy(forged->wwn, "wwn-0x2", sizeof(forged->wwn));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	/* it is not accepted even if it is the only one */
	s->there[DEV_MAIN] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)NULL);
	/* label and identity are better than the identity alone */
	s->there[DEV_MAIN] = true;
	strscpy(forged->wwn, "wwn-0x1", sizeof(forged->wwn));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)forged);
}

static void a_label_without_the_secret_counts_for_nothing(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);
	struct half *main = add(s, DEV_MAIN, HALF_MAIN);
	struct half *forged = add(s, DEV_OTHER, HALF_MAIN);

	spare->labelled = true;
	memset(spare->secret, 0x5a, sizeof(spare->secret));
	memset(main->secret, 0x5a, sizeof(main->secret));
	/* it does not count as a second copy of the main */
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	/* nor as the main, if that is missing */
	s->there[DEV_MAIN] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	/* not even with the right identity, since the store would refuse it */
	strscpy(spare->main_id, "wwn-0x1", sizeof(spare->main_id));
	strscpy(forged->wwn, "wwn-0x1", sizeof(forged->wwn));
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	/* a difference in a single byte is enough */
	memset(forged->secret, 0x5a, sizeof(forged->secret));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	forged->secret[DM_REMAP_SECRET_SIZE - 1] = 0;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
}

static void an_identity_that_differs_refuses_a_main_of_the_right_size(struct kunit *test)
{
	static const char a[] = "11111111-2222-3333-4444-555555555555";
	static const char b[] = "11111111-2222-3333-4444-555555555556";
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN);

	strscpy(spare->main_id, a, sizeof(spare->main_id));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	strscpy(main->partuuid, b, sizeof(main->partuuid));
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	strscpy(main->partuuid, "0a0b0c0d-01", sizeof(main->partuuid));
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	strscpy(main->partuuid, a, sizeof(main->partuuid));
	strscpy(main->given, a, sizeof(main->given));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	/* the same for a world-wide name */
	*main->partuuid = *main->given = 0;
	strscpy(spare->main_id, "wwn-0x5000c5", sizeof(spare->main_id));
	strscpy(main->wwn, "wwn-0x5000c6", sizeof(main->wwn));
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	strscpy(main->wwn, "wwn-0x5000C5", sizeof(main->wwn));
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
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
	/* also if it has another size, as long as the set fits */
	KUNIT_EXPECT_FALSE(test, s->match.told);
	half_of(s, DEV_MAIN)->sectors = 2000;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_TRUE(test, s->match.told);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	half_of(s, DEV_MAIN)->sectors = 992;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	half_of(s, DEV_MAIN)->sectors = 991;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
}

static void two_mains_with_main_id_are_a_conflict(struct kunit *test)
{
	struct scene *s = test->priv;

	strscpy(add(s, DEV_SPARE, HALF_SPARE)->main_id, "id", 8);
	strscpy(add(s, DEV_MAIN, HALF_PLAIN)->given, "id", 8);
	strscpy(add(s, DEV_OTHER, HALF_PLAIN)->partuuid, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	/* a copy on a larger disk, too, but none on which the set does not fit */
	half_of(s, DEV_OTHER)->sectors = 5000;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	half_of(s, DEV_OTHER)->sectors = 991;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	strscpy(add(s, DEV_THIRD, HALF_PLAIN)->wwn, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
}

/* Logical partitions are renumbered, so the size must be the recorded one. */
static void the_number_of_a_partition_needs_the_recorded_size(struct kunit *test)
{
	struct scene *s = test->priv;

	strscpy(add(s, DEV_SPARE, HALF_SPARE)->main_id, "0a1b2c3d-06", 12);
	strscpy(add(s, DEV_MAIN, HALF_PLAIN)->partuuid, "0a1b2c3d-06", 12);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	/* a copy of the disk has larger partitions */
	strscpy(add(s, DEV_OTHER, HALF_PLAIN)->partuuid, "0a1b2c3d-06", 12);
	half_of(s, DEV_OTHER)->sectors = 2000;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_MAIN));
	/* nor does a larger one hide that there are two of the recorded size */
	strscpy(add(s, DEV_THIRD, HALF_PLAIN)->partuuid, "0a1b2c3d-06", 12);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	s->there[DEV_MAIN] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)half_of(s, DEV_THIRD));
	s->there[DEV_THIRD] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
}

/* Where the target begins matters, too. */
static void the_end_of_the_target_must_fit(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE);

	spare->main_start = 8;
	strscpy(spare->main_id, "id", 8);
	strscpy(add(s, DEV_MAIN, HALF_PLAIN)->given, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	half_of(s, DEV_MAIN)->sectors = 999;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
}

/* A member of a mirror with its metadata at the end has the label, and is larger. */
static void a_label_alone_needs_the_recorded_size(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE), *main = add(s, DEV_MAIN, HALF_MAIN);
	struct half *member;

	spare->labelled = true;
	member = add(s, DEV_OTHER, HALF_MAIN);
	member->sectors = 1128;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	s->there[DEV_MAIN] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
	/* the spare may know the new size, and so may the label */
	spare->main_sectors = 1128;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	spare->main_sectors = 1000;
	member->main_sectors = 1128;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	member->main_sectors = 1000;
	/* with an identity it is known */
	strscpy(spare->main_id, "id", 8);
	strscpy(member->given, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)member);
	member->sectors = 991;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
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

/* Add the spare of another set. */
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
	/* no conflict if that one has another size, is in use, is sealed, or has its main */
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
	/* nor if another disk has its main_id */
	strscpy(stranger->main_id, "wwn-2", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	half_of(s, DEV_THIRD)->kind = HALF_PLAIN;
	strscpy(half_of(s, DEV_THIRD)->given, "wwn-2", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	/* main_id takes precedence over the size */
	strscpy(main->given, "wwn-2", 8);
	half_of(s, DEV_THIRD)->sectors = 991;
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
	/* its identity is enough, since a label may have become unreadable */
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
	/* if there is a good spare, the damaged one does not matter */
	add(s, DEV_SPARE, HALF_SPARE);
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	s->there[main->dev] = false;
	KUNIT_EXPECT_EQ(test, look(s), SET_WAITING_MAIN);
}

static void halves_of_different_lengths_do_not_fit(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *main = add(s, DEV_MAIN, HALF_MAIN), *spare = add(s, DEV_SPARE, HALF_SPARE);

	main->target_sectors = 984;
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	main->target_sectors = 992;
	spare->main_start = 8;
	KUNIT_EXPECT_EQ(test, look(s), SET_DAMAGED);
	spare->main_start = 0;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
}

static void two_sets_that_ask_for_one_identity_are_a_conflict(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE), *stranger = add_stranger(s, DEV_OTHER);
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN);

	strscpy(spare->main_id, "id", 8);
	strscpy(stranger->main_id, "id", 8);
	strscpy(main->given, "id", 8);
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	KUNIT_EXPECT_EQ(test, look_at(s, &s->other_uuid, &s->uuid), SET_CONFLICT);
	KUNIT_EXPECT_EQ(test, s->match.in_use, 0U);
	/* a half in use makes no claim until it is released */
	in_use = DEV_OTHER;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_EQ(test, s->match.in_use, (dev_t)DEV_OTHER);
	/* the size is no difference, unless one of the sets does not fit */
	in_use = 0;
	stranger->main_sectors = 1008;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	stranger->target_sectors = 1008;
	KUNIT_EXPECT_EQ(test, look(s), SET_COMPLETE);
	KUNIT_EXPECT_EQ(test, look_at(s, &s->other_uuid, &s->uuid), SET_WAITING_MAIN);
	stranger->target_sectors = 8;
	KUNIT_EXPECT_EQ(test, look(s), SET_CONFLICT);
	KUNIT_EXPECT_EQ(test, look_at(s, &s->other_uuid, &s->uuid), SET_CONFLICT);
}

/* In whatever order they come, what the set itself asks for is no rival of it. */
static void the_claims_of_one_set_are_none_against_itself(struct kunit *test)
{
	static const struct {
		u8 set;
		u64 sectors;
	} claims[] = { { 1, 992 }, { 2, 2000 }, { 1, 500 }, { 3, 1500 }, { 2, 1200 }, { 1, 800 } };
	static const uuid_t none = { };
	struct reassembly_claims claimed;
	struct half half = { }, main = { .sectors = 1000 };
	unsigned int first, i;
	uuid_t uuid = { };

	for (first = 0; first < ARRAY_SIZE(claims); first++) {
		claimed = (struct reassembly_claims) { };
		for (i = 0; i < ARRAY_SIZE(claims); i++) {
			half.uuid.b[0] = claims[(first + i) % ARRAY_SIZE(claims)].set;
			half.target_sectors = claims[(first + i) % ARRAY_SIZE(claims)].sectors;
			add_spare(&claimed, &half);
		}
		uuid.b[0] = 1;
		KUNIT_EXPECT_FALSE(test, is_claimed(&claimed, &main, &uuid));
		main.sectors = 1200;
		KUNIT_EXPECT_TRUE(test, is_claimed(&claimed, &main, &uuid));
		main.sectors = 1000;
		uuid.b[0] = 2;
		KUNIT_EXPECT_TRUE(test, is_claimed(&claimed, &main, &uuid));
		KUNIT_EXPECT_TRUE(test, is_claimed(&claimed, &main, NULL));
		KUNIT_EXPECT_TRUE(test, is_claimed(&claimed, &main, &none));
	}
}

/* The rivals for one identity do not count for another. */
static void rivals_for_another_identity_are_forgotten(struct kunit *test)
{
	struct scene *s = test->priv;
	struct reassembly_matcher matcher = { .index = &s->index, .taken = is_in_use };
	struct half *first = add(s, DEV_SPARE, HALF_SPARE), *sealed = add(s, DEV_THIRD, HALF_SPARE);
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN);
	struct half *between = add_stranger(s, DEV_OTHER);

	strscpy(first->main_id, "id", 8);
	strscpy(main->given, "id", 8);
	between->main_sectors = 2000;
	sealed->uuid.b[0] = 3;
	sealed->main_sectors = 2000;
	sealed->labelled = true;
	strscpy(sealed->main_id, "id2", 8);
	enter(s);
	reassembly_match(&matcher, &first->uuid, &s->match);
	KUNIT_EXPECT_EQ(test, s->match.state, SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
	reassembly_match(&matcher, &between->uuid, &s->match);
	KUNIT_EXPECT_EQ(test, s->match.state, SET_WAITING_MAIN);
	reassembly_match(&matcher, &sealed->uuid, &s->match);
	KUNIT_EXPECT_EQ(test, s->match.state, SET_WAITING_MAIN);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)NULL);
	/* and the first size gives the same result as before */
	reassembly_match(&matcher, &first->uuid, &s->match);
	KUNIT_EXPECT_EQ(test, s->match.state, SET_COMPLETE);
	KUNIT_EXPECT_PTR_EQ(test, s->match.main, (const struct half *)main);
}

#define CROWD	2000

static unsigned int questions;

static bool count_questions(void *context, dev_t dev)
{
	questions++;
	return false;
}

/* The halves of a crowd: by how many identities, sizes and sets they take turns. */
struct crowd {
	unsigned int ids;
	unsigned int sizes;
	unsigned int sets;
	enum half_kind kind;
};

static const struct crowd crowds[] = {
	{ 1, 1, CROWD, HALF_SPARE },
	{ 2, 1, CROWD, HALF_SPARE },
	{ 7, 1, CROWD, HALF_SPARE },
	{ 2, 3, CROWD, HALF_SPARE },
	{ CROWD / REASSEMBLY_CROWD, 1, CROWD, HALF_SPARE },
	{ CROWD / REASSEMBLY_CROWD, CROWD / REASSEMBLY_CROWD_SIZE, CROWD, HALF_SPARE },
	{ CROWD, CROWD / REASSEMBLY_CROWD_SIZE, CROWD, HALF_SPARE },
	{ CROWD, CROWD, CROWD, HALF_SPARE },
	{ 1, CROWD, CROWD, HALF_SPARE },
	/* copies of one spare, and of a few */
	{ 1, 1, 1, HALF_SPARE },
	{ 2, 2, 3, HALF_SPARE },
	{ CROWD, CROWD, 1, HALF_SPARE },
	{ CROWD / REASSEMBLY_CROWD, 1, CROWD / REASSEMBLY_CROWD, HALF_SPARE },
	/* labels */
	{ 1, 1, 1, HALF_MAIN },
	{ 1, 3, 100, HALF_MAIN },
	/* disks that spares might ask for */
	{ 2, 1, 1, HALF_PLAIN },
	{ 2, CROWD, 1, HALF_PLAIN },
	{ CROWD / REASSEMBLY_CROWD, 3, 1, HALF_PLAIN },
};

static void name_crowd_id(char *text, unsigned int nr)
{
	/* of every second id, the number of a partition */
	if (nr % 2)
		snprintf(text, DM_REMAP_WWN_SIZE, "wwn-0x%x", nr);
	else
		snprintf(text, DM_REMAP_WWN_SIZE, "%08x-01", nr);
}

static struct half *new_half(struct kunit *test, const struct crowd *crowd, unsigned int nr)
{
	struct half *half = kunit_kzalloc(test, sizeof(*half), GFP_KERNEL);
	unsigned int set = nr % crowd->sets;

	KUNIT_ASSERT_NOT_NULL(test, half);
	half->dev = 1000 + nr;
	half->kind = crowd->kind;
	half->main_sectors = 1000 + nr / 2 % crowd->sizes;
	half->sectors = half->main_sectors;
	half->target_sectors = 992;
	half->uuid.b[1] = set;
	half->uuid.b[2] = set >> 8;
	half->uuid.b[3] = 1;
	name_crowd_id(half->kind == HALF_SPARE ? half->main_id : half->wwn, nr % crowd->ids);
	return half;
}

/* Two mains for each of some identities, and a few without. */
static void add_mains_of_crowd(struct kunit *test, struct scene *s)
{
	static const struct crowd mains = { 7, 3, 1, HALF_PLAIN };
	unsigned int i;

	for (i = 0; i < 14; i++)
		reassembly_index_add(&s->index, new_half(test, &mains, CROWD + i));
	for (i = 0; i < 4; i++)
		add(s, DEV_MAIN + i, HALF_PLAIN);
	for (i = 0; i < 4; i++)
		reassembly_index_add(&s->index, half_of(s, DEV_MAIN + i));
}

static void free_crowd(struct kunit *test, struct scene *s)
{
	struct half *half, *next;

	list_for_each_entry_safe(half, next, &s->index.all, list) {
		reassembly_index_del(half);
		if (half->dev >= 1000)
			kunit_kfree(test, half);
	}
}

/* All sets once, as after a scan of all: a few questions for each, and not one for each pair. */
static void many_spares_cost_in_proportion(struct kunit *test)
{
	struct scene *s = test->priv;
	const struct crowd *crowd;
	const struct half *half;
	unsigned int i;

	for (crowd = crowds; crowd < crowds + ARRAY_SIZE(crowds); crowd++) {
		struct reassembly_matcher matcher = {
			.index = &s->index, .taken = count_questions,
		};

		reassembly_index_init(&s->index);
		add_mains_of_crowd(test, s);
		for (i = 0; i < CROWD; i++)
			reassembly_index_add(&s->index, new_half(test, crowd, i));
		questions = 0;
		list_for_each_entry(half, &s->index.all, list)
			if (half->kind == HALF_SPARE)
				reassembly_match(&matcher, &half->uuid, &s->match);
		KUNIT_EXPECT_LT_MSG(test, questions, 40U * CROWD, "%u identities, %u sizes, %u sets",
				    crowd->ids, crowd->sizes, crowd->sets);
		free_crowd(test, s);
	}
}

/* What a scan does with the sets that one half touches: match each once. */
struct arrival {
	struct scene *s;
	struct reassembly_matcher matcher;
	unsigned int matches;
	unsigned int nr_sets;
	bool dirty[CROWD];
	unsigned int sets[CROWD];
};

static unsigned int set_number(const uuid_t *uuid)
{
	return uuid->b[1] | uuid->b[2] << 8;
}

static void mark_set(void *context, const uuid_t *uuid)
{
	struct arrival *arrival = context;
	unsigned int set = set_number(uuid);

	if (!arrival->dirty[set])
		arrival->sets[arrival->nr_sets++] = set;
	arrival->dirty[set] = true;
}

static void match_marked(struct arrival *arrival)
{
	unsigned int i;

	arrival->matcher = (struct reassembly_matcher) {
		.index = &arrival->s->index, .taken = count_questions,
	};
	for (i = 0; i < arrival->nr_sets; i++) {
		unsigned int set = arrival->sets[i];
		uuid_t uuid = { .b = { 0, set, set >> 8, 1 } };

		reassembly_match(&arrival->matcher, &uuid, &arrival->s->match);
		arrival->dirty[set] = false;
	}
	arrival->matches += arrival->nr_sets;
	arrival->nr_sets = 0;
}

static void arrivals_one_by_one_cost_in_proportion(struct kunit *test)
{
	struct scene *s = test->priv;
	struct arrival *arrival = kunit_kzalloc(test, sizeof(*arrival), GFP_KERNEL);
	const struct crowd *crowd;
	struct reassembly_touch touch = {
		.index = &s->index, .mark = mark_set, .context = arrival,
	};
	struct half *half;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, arrival);
	arrival->s = s;
	for (crowd = crowds; crowd < crowds + ARRAY_SIZE(crowds); crowd++) {
		reassembly_index_init(&s->index);
		add_mains_of_crowd(test, s);
		questions = 0;
		arrival->matches = 0;
		for (i = 0; i < CROWD; i++) {
			half = new_half(test, crowd, i);
			reassembly_index_add(&s->index, half);
			touch.number++;
			reassembly_touch(&touch, half);
			match_marked(arrival);
		}
		/* on average, each half has less than a crowd of its size matched again */
		KUNIT_EXPECT_LT_MSG(test, arrival->matches, REASSEMBLY_CROWD_SIZE * CROWD,
				    "%u identities, %u sizes, %u sets", crowd->ids, crowd->sizes,
				    crowd->sets);
		KUNIT_EXPECT_LT_MSG(test, questions, 2U * REASSEMBLY_CROWD_SIZE * CROWD,
				    "%u identities, %u sizes, %u sets", crowd->ids, crowd->sizes,
				    crowd->sets);
		free_crowd(test, s);
	}
}

#define WALK_HALVES	200
#define WALK_SETS	40

struct walk {
	struct scene *s;
	struct half halves[WALK_HALVES];
	bool there[WALK_HALVES];
	bool marked[WALK_SETS];
	struct reassembly_match matches[WALK_SETS];
};

static u32 chance(u32 limit)
{
	static u32 state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % limit;
}

static void mark_walked(void *context, const uuid_t *uuid)
{
	struct walk *walk = context;

	walk->marked[uuid->b[1]] = true;
}

/* Make a half of few identities, sizes and sets, so that there are crowds; @common says of what. */
static void change_half(struct half *half, unsigned int nr, u32 common)
{
	bool alone = !chance(3);

	*half = (struct half) { .dev = nr + 1 };
	half->kind = chance(10) ? (chance(5) ? HALF_SPARE : HALF_MAIN) : HALF_DAMAGED;
	if (chance(5) < 2)
		half->kind = HALF_PLAIN;
	half->main_sectors = 1000 + (common & 1 && !alone ? 0 : chance(4));
	half->sectors = half->main_sectors;
	/* many do not fit anywhere, so that only a crowd of them is a rival */
	half->target_sectors = common & 8 && !alone ? 5000 : 990 + chance(10);
	half->seed = 1 + chance(3);
	half->partner_seed = chance(4);
	half->secret[0] = !chance(4);
	half->labelled = !chance(4);
	if (half->kind != HALF_PLAIN)
		half->uuid.b[1] = common & 2 && !alone ? 1 : 1 + chance(WALK_SETS - 1);
	if (chance(4))
		name_crowd_id(half->kind == HALF_SPARE ? half->main_id : half->wwn,
			      common & 4 && !alone ? 1 : chance(8));
	if (half->kind == HALF_PLAIN && !chance(4))
		name_crowd_id(half->given, chance(8));
}

static void match_walked(struct kunit *test, struct walk *walk, unsigned int step)
{
	struct reassembly_matcher matcher = { .index = &walk->s->index, .taken = is_in_use };
	struct reassembly_match match = { };
	unsigned int i;

	for (i = 1; i < WALK_SETS; i++) {
		uuid_t uuid = { .b = { 0, i } };

		reassembly_match(&matcher, &uuid, &match);
		if (!walk->marked[i] && memcmp(&match, &walk->matches[i], sizeof(match)))
			KUNIT_FAIL(test, "step %u: set %u was not marked", step, i);
		walk->matches[i] = match;
		walk->marked[i] = false;
	}
}

/* Halves come, go and change; a set that is not marked must be matched as before. */
static void a_half_touches_all_sets_whose_match_it_changes(struct kunit *test)
{
	struct scene *s = test->priv;
	struct walk *walk = kunit_kzalloc(test, sizeof(*walk), GFP_KERNEL);
	struct reassembly_touch touch = {
		.index = &s->index, .mark = mark_walked, .context = walk,
	};
	unsigned int step, nr;

	KUNIT_ASSERT_NOT_NULL(test, walk);
	walk->s = s;
	in_use = 7;
	reassembly_index_init(&s->index);
	memset(walk->marked, true, sizeof(walk->marked));
	match_walked(test, walk, 0);
	for (step = 0; step < 16000; step++) {
		/* now and then most halves go, so that crowds do as well */
		nr = chance(step / 500 % 2 ? WALK_HALVES : 1 + WALK_HALVES / 4);
		touch.number++;
		if (walk->there[nr]) {
			reassembly_touch(&touch, &walk->halves[nr]);
			reassembly_index_del(&walk->halves[nr]);
			walk->there[nr] = false;
		}
		if (nr < WALK_HALVES / 4 || step / 250 % 4 < 3) {
			change_half(&walk->halves[nr], nr, step / 1000);
			reassembly_index_add(&s->index, &walk->halves[nr]);
			reassembly_touch(&touch, &walk->halves[nr]);
			walk->there[nr] = true;
		}
		match_walked(test, walk, step);
	}
}

static void note_own(void *context, const uuid_t *uuid)
{
	struct half *spare = context;

	spare->touched |= uuid_equal(uuid, &spare->uuid);
}

static void a_crowd_is_looked_at_as_a_whole(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE), *main = add(s, DEV_MAIN, HALF_PLAIN);
	struct half *many = kunit_kcalloc(test, REASSEMBLY_CROWD_SIZE, sizeof(*many), GFP_KERNEL);
	struct reassembly_touch touch = {
		.index = &s->index, .number = 1, .mark = note_own, .context = spare,
	};
	struct reassembly_matcher matcher;
	unsigned int kind, i;
	/* what it does to a set that has its main by its identity, and by its size */
	static const struct {
		enum half_kind kind;
		bool by_id;
		unsigned int most;
		enum set_state most_state;
		enum set_state state;
	} expected[] = {
		/* no claim while they are too large, but as a crowd */
		{ HALF_SPARE, true, REASSEMBLY_CROWD - 1, SET_COMPLETE, SET_CONFLICT },
		/* no rivals while they are too small, but as a crowd */
		{ HALF_PLAIN, true, REASSEMBLY_CROWD - 1, SET_COMPLETE, SET_CONFLICT },
		{ HALF_PLAIN, false, REASSEMBLY_CROWD_SIZE - 2, SET_CONFLICT, SET_WAITING_MAIN },
	};

	KUNIT_ASSERT_NOT_NULL(test, many);
	for (kind = 0; kind < ARRAY_SIZE(expected); kind++) {
		*spare->main_id = *main->given = 0;
		if (expected[kind].by_id) {
			strscpy(spare->main_id, "id", 8);
			strscpy(main->given, "id", 8);
		}
		enter(s);
		for (i = 0; i <= expected[kind].most; i++) {
			struct half *half = &many[i];

			*half = (struct half) { .dev = 1000 + i, .kind = expected[kind].kind };
			half->uuid.b[5] = 1 + i;
			half->target_sectors = 2000;
			half->main_sectors = 2000;
			half->sectors = expected[kind].by_id ? 500 : 1000;
			if (expected[kind].by_id)
				strscpy(half->kind == HALF_SPARE ? half->main_id : half->wwn,
					"id", 8);
			if (i == expected[kind].most) {
				matcher = (struct reassembly_matcher) {
					.index = &s->index, .taken = is_in_use,
				};
				reassembly_match(&matcher, &s->uuid, &s->match);
				KUNIT_EXPECT_EQ(test, s->match.state, expected[kind].most_state);
			}
			reassembly_index_add(&s->index, half);
		}
		matcher = (struct reassembly_matcher) { .index = &s->index, .taken = is_in_use };
		reassembly_match(&matcher, &s->uuid, &s->match);
		KUNIT_EXPECT_EQ(test, s->match.state, expected[kind].state);
		spare->touched = 0;
		reassembly_touch(&touch, &many[expected[kind].most]);
		KUNIT_EXPECT_EQ(test, spare->touched, 1ULL);
	}
}

static void the_index_finds_what_is_entered_and_nothing_else(struct kunit *test)
{
	struct scene *s = test->priv;
	struct half *spare = add(s, DEV_SPARE, HALF_SPARE), *found;
	struct half *main = add(s, DEV_MAIN, HALF_PLAIN);
	struct half_id *entry;
	unsigned int nr = 0;

	strscpy(spare->main_id, "ID", 8);
	strscpy(main->partuuid, "id", 8);
	enter(s);
	KUNIT_EXPECT_PTR_EQ(test, reassembly_index_dev(&s->index, DEV_MAIN), main);
	KUNIT_EXPECT_NULL(test, reassembly_index_dev(&s->index, DEV_OTHER));
	reassembly_for_each_id(&s->index, entry, "iD") {
		KUNIT_EXPECT_PTR_EQ(test, entry->half, main);
		nr++;
	}
	reassembly_for_each_wanted(&s->index, entry, "iD") {
		KUNIT_EXPECT_PTR_EQ(test, entry->half, spare);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, 2U);
	reassembly_index_del(main);
	KUNIT_EXPECT_NULL(test, reassembly_index_dev(&s->index, DEV_MAIN));
	nr = 0;
	reassembly_for_each_of_size(&s->index, found, 1000)
		nr++;
	KUNIT_EXPECT_EQ(test, nr, 1U);
	reassembly_for_each_of_set(&s->index, found, &s->uuid)
		KUNIT_EXPECT_PTR_EQ(test, found, spare);
}

static struct kunit_case match_cases[] = {
	KUNIT_CASE(two_sets_that_ask_for_one_identity_are_a_conflict),
	KUNIT_CASE(the_claims_of_one_set_are_none_against_itself),
	KUNIT_CASE(rivals_for_another_identity_are_forgotten),
	KUNIT_CASE(many_spares_cost_in_proportion),
	KUNIT_CASE(arrivals_one_by_one_cost_in_proportion),
	KUNIT_CASE(a_half_touches_all_sets_whose_match_it_changes),
	KUNIT_CASE(a_crowd_is_looked_at_as_a_whole),
	KUNIT_CASE(the_index_finds_what_is_entered_and_nothing_else),
	KUNIT_CASE(a_main_is_known_by_its_label),
	KUNIT_CASE(a_label_never_beats_an_identity),
	KUNIT_CASE(a_label_without_the_secret_counts_for_nothing),
	KUNIT_CASE(an_identity_that_differs_refuses_a_main_of_the_right_size),
	KUNIT_CASE(a_main_with_main_id_is_preferred_to_others_of_its_size),
	KUNIT_CASE(two_mains_with_main_id_are_a_conflict),
	KUNIT_CASE(the_number_of_a_partition_needs_the_recorded_size),
	KUNIT_CASE(the_end_of_the_target_must_fit),
	KUNIT_CASE(a_label_alone_needs_the_recorded_size),
	KUNIT_CASE(an_empty_main_id_is_nobodys_name),
	KUNIT_CASE(size_alone_is_enough_for_one_disk_only),
	KUNIT_CASE(a_disk_of_the_size_of_two_sets_is_that_of_neither),
	KUNIT_CASE(size_alone_is_not_enough_where_there_was_a_label),
	KUNIT_CASE(two_copies_are_a_conflict_whatever_their_generation),
	KUNIT_CASE(what_is_missing_is_named),
	KUNIT_CASE(halves_of_different_lengths_do_not_fit),
	{ }
};

static struct kunit_suite match_suite = {
	.name = "match_kunit",
	.init = match_init,
	.test_cases = match_cases,
};

kunit_test_suite(match_suite);

MODULE_DESCRIPTION("Unit tests of modules/reassembly/match.c, touch.c and index.c");
MODULE_LICENSE("GPL");
