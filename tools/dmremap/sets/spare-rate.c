// SPDX-License-Identifier: GPL-2.0
#include "kernel/kernel.h"
#include "lib/number.h"
#include "sets/spare-rate.h"

#define MONTH_DAYS	30.0

static bool take(const char **p, uint64_t *value)
{
	while (**p == ' ')
		++*p;
	return number_take(p, value);
}

bool spare_rate_read(const char *name, struct spare_rate *rate)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return !kernel_read(TREE_CONFIG, name, "remaps/rate", text) && take(&p, &rate->hour) &&
	       take(&p, &rate->day) && take(&p, &rate->month);
}

static bool read_number(const char *name, const char *attribute, uint64_t *value)
{
	char text[KERNEL_TEXT_SIZE];
	const char *p = text;

	return !kernel_read(TREE_CONFIG, name, attribute, text) && number_take(&p, value);
}

double spare_rate_days(const char *name)
{
	uint64_t left, reserve = 0;
	struct spare_rate rate;
	double each_day;

	if (!spare_rate_read(name, &rate) || !read_number(name, "spare/free", &left))
		return -1;
	read_number(name, "spare/reserve", &reserve);
	each_day = rate.month / MONTH_DAYS;
	if (rate.day > each_day)
		each_day = rate.day;
	if (each_day == 0)
		return -1;
	return left > reserve ? (left - reserve) / each_day : 0;
}
