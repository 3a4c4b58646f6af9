// SPDX-License-Identifier: GPL-2.0
/*
 * The table line.
 */
#include <kunit/test.h>

#include "../../modules/core/args.c"

#define UUID	"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
#define MAX_ARGC	32

/**
 * struct line - a table line, split into words.
 * @text: the text of the words.
 * @argv: the words.
 * @argc: their number.
 * @args: the expected result.
 * @error: the expected error, or NULL.
 */
struct line {
	char text[1024];
	char *argv[MAX_ARGC];
	unsigned int argc;
	struct remap_args args;
	char *error;
};

/*
 * Like the function in dm-table.c, which is not exported: words are separated by
 * spaces, and a backslash quotes the next character.
 */
static void split(struct line *l)
{
	char *in = l->text, *out;

	for (l->argc = 0; *(in = skip_spaces(in)) && l->argc < MAX_ARGC; ) {
		l->argv[l->argc++] = in;
		for (out = in; *in && !isspace(*in); ) {
			if (*in == '\\' && in[1])
				in++;
			*out++ = *in++;
		}
		if (*in)
			in++;
		*out = '\0';
	}
}

static int parse(struct kunit *test, const char *text)
{
	struct line *l = test->priv;

	strscpy(l->text, text, sizeof(l->text));
	split(l);
	l->error = NULL;
	memset(&l->args, 0xa5, sizeof(l->args));
	return remap_args_parse(&l->args, l->argc, l->argv, &l->error);
}

static struct remap_args *parsed(struct kunit *test, const char *text)
{
	struct line *l = test->priv;

	KUNIT_ASSERT_EQ_MSG(test, parse(test, text), 0, "%s: %s", text, l->error);
	return &l->args;
}

#define REQUIRED	"/dev/sda 0 /dev/sdb"

/* Accepted lines */

static void main_start_and_spare_are_enough(struct kunit *test)
{
	struct remap_args *args = parsed(test, "/dev/sda 2048 8:16");

	KUNIT_EXPECT_STREQ(test, args->main, "/dev/sda");
	KUNIT_EXPECT_EQ(test, args->main_start, 2048);
	KUNIT_EXPECT_STREQ(test, args->spare, "8:16");
}

static void without_arguments_the_defaults_are_in_force(struct kunit *test)
{
	struct remap_args *args = parsed(test, REQUIRED);

	KUNIT_EXPECT_STREQ(test, args->store, "persistent");
	KUNIT_EXPECT_EQ(test, args->block_size, 0);
	KUNIT_EXPECT_FALSE(test, args->has_uuid);
	KUNIT_EXPECT_STREQ(test, args->main_id, "");
	KUNIT_EXPECT_FALSE(test, args->no_auto_remap);
	KUNIT_EXPECT_FALSE(test, args->read_only);
}

static void zero_arguments_may_be_given(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, parsed(test, REQUIRED " 0")->store, "persistent");
}

static void persistent_may_be_given(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, parsed(test, REQUIRED " 1 persistent")->store, "persistent");
}

static void transient_may_be_given(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, parsed(test, REQUIRED " 1 transient")->store, "transient");
}

static void block_sizes_are_powers_of_two_from_512_to_32768(struct kunit *test)
{
	char text[64];
	u32 size;

	for (size = 512; size <= 32768; size *= 2) {
		snprintf(text, sizeof(text), REQUIRED " 2 block_size %u", size);
		KUNIT_EXPECT_EQ(test, parsed(test, text)->block_size, size);
	}
}

static void a_uuid_may_be_given(struct kunit *test)
{
	struct remap_args *args = parsed(test, REQUIRED " 2 uuid " UUID);
	uuid_t uuid;

	KUNIT_ASSERT_EQ(test, uuid_parse(UUID, &uuid), 0);
	KUNIT_EXPECT_TRUE(test, args->has_uuid);
	KUNIT_EXPECT_TRUE(test, uuid_equal(&args->uuid, &uuid));
}

static void a_uuid_may_have_capital_letters(struct kunit *test)
{
	struct remap_args *args;
	uuid_t uuid;

	args = parsed(test, REQUIRED " 2 uuid 0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0");
	KUNIT_ASSERT_EQ(test, uuid_parse(UUID, &uuid), 0);
	KUNIT_EXPECT_TRUE(test, uuid_equal(&args->uuid, &uuid));
}

static void a_main_id_may_be_given(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, parsed(test, REQUIRED " 2 main_id naa.5000c500a1b2c3d4")->main_id,
			   "naa.5000c500a1b2c3d4");
}

static void a_main_id_may_have_spaces_behind_backslashes(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, parsed(test, REQUIRED " 2 main_id WD\\ Red\\ 4\\\\T")->main_id,
			   "WD Red 4\\T");
}

static void a_main_id_may_be_a_word_that_means_something(struct kunit *test)
{
	struct remap_args *args = parsed(test, REQUIRED " 2 main_id read_only");

	KUNIT_EXPECT_STREQ(test, args->main_id, "read_only");
	KUNIT_EXPECT_FALSE(test, args->read_only);
}

static void a_main_id_may_have_127_characters(struct kunit *test)
{
	char text[256] = REQUIRED " 2 main_id ", id[128] = "";

	memset(id, 'x', 127);
	strlcat(text, id, sizeof(text));
	KUNIT_EXPECT_STREQ(test, parsed(test, text)->main_id, id);
}

static void no_auto_remap_may_be_given(struct kunit *test)
{
	struct remap_args *args = parsed(test, REQUIRED " 1 no_auto_remap");

	KUNIT_EXPECT_TRUE(test, args->no_auto_remap);
	KUNIT_EXPECT_FALSE(test, args->read_only);
}

static void read_only_may_be_given(struct kunit *test)
{
	struct remap_args *args = parsed(test, REQUIRED " 1 read_only");

	KUNIT_EXPECT_TRUE(test, args->read_only);
	KUNIT_EXPECT_FALSE(test, args->no_auto_remap);
}

static void arguments_come_in_any_order(struct kunit *test)
{
	static const char * const lines[] = {
		"a 0 b 9 transient block_size 512 uuid " UUID " main_id m no_auto_remap read_only",
		"a 0 b 9 read_only no_auto_remap main_id m uuid " UUID " block_size 512 transient",
		"a 0 b 9 block_size 512 read_only uuid " UUID " transient main_id m no_auto_remap",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		struct remap_args *args = parsed(test, lines[i]);

		KUNIT_EXPECT_STREQ(test, args->store, "transient");
		KUNIT_EXPECT_EQ(test, args->block_size, 512);
		KUNIT_EXPECT_TRUE(test, args->has_uuid);
		KUNIT_EXPECT_STREQ(test, args->main_id, "m");
		KUNIT_EXPECT_TRUE(test, args->no_auto_remap);
		KUNIT_EXPECT_TRUE(test, args->read_only);
	}
}

static void main_start_may_be_the_last_sector_that_a_device_can_have(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parsed(test, "a 18014398509481983 b")->main_start,
			S64_MAX >> SECTOR_SHIFT);
}

/* Refused lines */

static const struct refused {
	const char *why, *line;
} refused[] = {
	{ "no_words", "" },
	{ "main_only", "/dev/sda" },
	{ "no_spare", "/dev/sda 0" },
	{ "start_is_no_number", "/dev/sda x /dev/sdb" },
	{ "start_is_negative", "/dev/sda -1 /dev/sdb" },
	{ "start_has_a_plus_sign", "/dev/sda +8 /dev/sdb" },
	{ "start_has_a_unit", "/dev/sda 8k /dev/sdb" },
	{ "start_is_hexadecimal", "/dev/sda 0x10 /dev/sdb" },
	{ "start_is_too_large", "/dev/sda 18014398509481984 /dev/sdb" },
	{ "start_does_not_fit_64_bits", "/dev/sda 18446744073709551616 /dev/sdb" },
	{ "number_is_missing", REQUIRED " transient" },
	{ "number_is_too_small", REQUIRED " 1 transient read_only" },
	{ "number_is_too_large", REQUIRED " 3 transient read_only" },
	{ "number_is_zero_but_words_follow", REQUIRED " 0 transient" },
	{ "number_without_words", REQUIRED " 1" },
	{ "number_is_negative", REQUIRED " -1 transient" },
	{ "number_has_a_plus_sign", REQUIRED " +1 transient" },
	{ "number_overflows", REQUIRED " 4294967297 transient" },
	{ "number_counts_pairs_as_one", REQUIRED " 1 block_size 4096" },
	{ "unknown_word", REQUIRED " 1 fast" },
	{ "unknown_last_word", REQUIRED " 2 transient fast" },
	{ "capital_letters", REQUIRED " 1 Transient" },
	{ "beginning_of_a_word", REQUIRED " 1 trans" },
	{ "more_than_a_word", REQUIRED " 1 transientx" },
	{ "transient_twice", REQUIRED " 2 transient transient" },
	{ "persistent_and_transient", REQUIRED " 2 persistent transient" },
	{ "block_size_twice", REQUIRED " 4 block_size 512 block_size 512" },
	{ "uuid_twice", REQUIRED " 4 uuid " UUID " uuid " UUID },
	{ "main_id_twice", REQUIRED " 4 main_id a main_id a" },
	{ "no_auto_remap_twice", REQUIRED " 2 no_auto_remap no_auto_remap" },
	{ "read_only_twice", REQUIRED " 2 read_only read_only" },
	{ "repeated_with_others_between", REQUIRED " 3 read_only transient read_only" },
	{ "block_size_without_value", REQUIRED " 1 block_size" },
	{ "uuid_without_value", REQUIRED " 1 uuid" },
	{ "main_id_without_value", REQUIRED " 1 main_id" },
	{ "block_size_0", REQUIRED " 2 block_size 0" },
	{ "block_size_1", REQUIRED " 2 block_size 1" },
	{ "block_size_256", REQUIRED " 2 block_size 256" },
	{ "block_size_511", REQUIRED " 2 block_size 511" },
	{ "block_size_513", REQUIRED " 2 block_size 513" },
	{ "block_size_1536", REQUIRED " 2 block_size 1536" },
	{ "block_size_65536", REQUIRED " 2 block_size 65536" },
	{ "block_size_2_to_the_32_and_512", REQUIRED " 2 block_size 4294967808" },
	{ "block_size_negative", REQUIRED " 2 block_size -512" },
	{ "block_size_with_a_plus_sign", REQUIRED " 2 block_size +512" },
	{ "block_size_with_unit", REQUIRED " 2 block_size 4k" },
	{ "block_size_hexadecimal", REQUIRED " 2 block_size 0x200" },
	{ "uuid_without_dashes", REQUIRED " 2 uuid 0f1e2d3c4b5a69788796a5b4c3d2e1f0" },
	{ "uuid_too_short", REQUIRED " 2 uuid 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f" },
	{ "uuid_too_long", REQUIRED " 2 uuid " UUID "0" },
	{ "uuid_with_other_letters", REQUIRED " 2 uuid 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1fg" },
	{ "main_id_with_a_tab", REQUIRED " 2 main_id a\\\tb" },
	{ "main_id_with_a_newline", REQUIRED " 2 main_id a\\\nb" },
	{ "main_id_with_a_delete", REQUIRED " 2 main_id a\177b" },
	{ "main_id_with_a_letter_beyond_ascii", REQUIRED " 2 main_id \xc3\xa4" },
};

static void name_refused(const struct refused *r, char *name)
{
	strscpy(name, r->why, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refused, refused, name_refused);

static void this_is_refused_and_the_reason_is_said(struct kunit *test)
{
	const struct refused *r = test->param_value;
	struct line *l = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, parse(test, r->line), -EINVAL, "%s", r->line);
	KUNIT_ASSERT_NOT_NULL(test, l->error);
	KUNIT_EXPECT_GT(test, strlen(l->error), 10);
}

static void a_main_id_of_128_characters_is_refused(struct kunit *test)
{
	char text[256] = REQUIRED " 2 main_id ", id[129] = "";

	memset(id, 'x', 128);
	strlcat(text, id, sizeof(text));
	KUNIT_EXPECT_EQ(test, parse(test, text), -EINVAL);
}

/* Lines that are printed and parsed again */

static const char *emitted(struct kunit *test, const struct remap_args *args)
{
	char *text = kunit_kzalloc(test, 1024, GFP_KERNEL);
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, text);
	strscpy(text, REQUIRED, 1024);
	len = remap_args_emit(args, text + strlen(text), 1024 - strlen(text));
	KUNIT_EXPECT_EQ(test, strlen(text), strlen(REQUIRED) + len);
	return text;
}

static void expect_same(struct kunit *test, const struct remap_args *a,
			const struct remap_args *b)
{
	KUNIT_EXPECT_STREQ(test, a->store, b->store);
	KUNIT_EXPECT_EQ(test, a->block_size, b->block_size);
	KUNIT_EXPECT_EQ(test, a->has_uuid, b->has_uuid);
	if (a->has_uuid)
		KUNIT_EXPECT_TRUE(test, uuid_equal(&a->uuid, &b->uuid));
	KUNIT_EXPECT_STREQ(test, a->main_id, b->main_id);
	KUNIT_EXPECT_EQ(test, a->no_auto_remap, b->no_auto_remap);
	KUNIT_EXPECT_EQ(test, a->read_only, b->read_only);
}

static void every_combination_is_read_as_it_was_written(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		struct remap_args args = {
			.store = i & 1 ? "transient" : "persistent",
			.block_size = 512 << i % 7,
			.has_uuid = i & 2,
			.no_auto_remap = i & 8,
			.read_only = i & 16,
		};

		if (args.has_uuid)
			uuid_parse(UUID, &args.uuid);
		if (i & 4)
			strscpy(args.main_id, "wwn-1", sizeof(args.main_id));
		expect_same(test, parsed(test, emitted(test, &args)), &args);
	}
}

/* Transform a line as libdm, and so dmsetup, does before the kernel gets it. */
static const char *through_libdm(struct kunit *test, const char *line)
{
	char *text = kunit_kzalloc(test, 1024, GFP_KERNEL), *out = text;

	KUNIT_ASSERT_NOT_NULL(test, text);
	for (; *line; line++) {
		if (*line == '\\')
			*out++ = '\\';
		*out++ = *line;
	}
	return text;
}

static void a_main_id_without_spaces_is_read_as_it_was_written_through_libdm(struct kunit *test)
{
	static const char * const ids[] = {
		"wwn-0x5000c500a1b2c3d4", "\\", "\\\\", "a\\b", "a\\", "\\a", "a\"b'c", "#", "%s%n",
		"!\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~", "persistent", "5",
	};
	struct remap_args args = { .store = "transient", .block_size = 4096 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		strscpy(args.main_id, ids[i], sizeof(args.main_id));
		expect_same(test, parsed(test, through_libdm(test, emitted(test, &args))), &args);
	}
}

static void a_main_id_with_spaces_is_read_as_it_was_written(struct kunit *test)
{
	static const char * const ids[] = {
		" ", "a b", " a", "a ", "a  b", "\\ ", " \\", "a\\b c\\", "\\ \\",
	};
	struct remap_args args = { .store = "transient", .block_size = 4096 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		strscpy(args.main_id, ids[i], sizeof(args.main_id));
		expect_same(test, parsed(test, emitted(test, &args)), &args);
	}
}

static void a_main_id_of_127_spaces_is_read_as_it_was_written(struct kunit *test)
{
	struct remap_args args = { .store = "transient", .block_size = 4096 };

	memset(args.main_id, ' ', 127);
	expect_same(test, parsed(test, emitted(test, &args)), &args);
}

static void nothing_is_written_beyond_the_room_there_is(struct kunit *test)
{
	struct remap_args args = {
		.store = "persistent", .block_size = 4096, .has_uuid = true,
		.main_id = "a b\\c", .no_auto_remap = true, .read_only = true,
	};
	char whole[256], text[256];
	unsigned int max, len = remap_args_emit(&args, whole, sizeof(whole));

	KUNIT_ASSERT_EQ(test, strlen(whole), len);
	for (max = 1; max <= len + 1; max++) {
		unsigned int n;

		memset(text, '@', sizeof(text));
		n = remap_args_emit(&args, text, max);
		KUNIT_EXPECT_LT(test, n, max);
		KUNIT_EXPECT_EQ(test, memcmp(text, whole, n), 0);
		KUNIT_EXPECT_EQ(test, text[n], '\0');
		KUNIT_EXPECT_EQ(test, text[max], '@');
	}
}

static int args_kunit_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct line), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct kunit_case args_kunit_cases[] = {
	KUNIT_CASE(main_start_and_spare_are_enough),
	KUNIT_CASE(without_arguments_the_defaults_are_in_force),
	KUNIT_CASE(zero_arguments_may_be_given),
	KUNIT_CASE(persistent_may_be_given),
	KUNIT_CASE(transient_may_be_given),
	KUNIT_CASE(block_sizes_are_powers_of_two_from_512_to_32768),
	KUNIT_CASE(a_uuid_may_be_given),
	KUNIT_CASE(a_uuid_may_have_capital_letters),
	KUNIT_CASE(a_main_id_may_be_given),
	KUNIT_CASE(a_main_id_may_have_spaces_behind_backslashes),
	KUNIT_CASE(a_main_id_may_be_a_word_that_means_something),
	KUNIT_CASE(a_main_id_may_have_127_characters),
	KUNIT_CASE(no_auto_remap_may_be_given),
	KUNIT_CASE(read_only_may_be_given),
	KUNIT_CASE(arguments_come_in_any_order),
	KUNIT_CASE(main_start_may_be_the_last_sector_that_a_device_can_have),
	KUNIT_CASE_PARAM(this_is_refused_and_the_reason_is_said, refused_gen_params),
	KUNIT_CASE(a_main_id_of_128_characters_is_refused),
	KUNIT_CASE(every_combination_is_read_as_it_was_written),
	KUNIT_CASE(a_main_id_without_spaces_is_read_as_it_was_written_through_libdm),
	KUNIT_CASE(a_main_id_with_spaces_is_read_as_it_was_written),
	KUNIT_CASE(a_main_id_of_127_spaces_is_read_as_it_was_written),
	KUNIT_CASE(nothing_is_written_beyond_the_room_there_is),
	{}
};

static struct kunit_suite args_kunit_suite = {
	.name = "args_kunit",
	.init = args_kunit_init,
	.test_cases = args_kunit_cases,
};

kunit_test_suite(args_kunit_suite);

MODULE_DESCRIPTION("KUnit tests of dm-remap's table line");
MODULE_LICENSE("GPL");
