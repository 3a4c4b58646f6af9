// SPDX-License-Identifier: GPL-2.0
#include "show/metrics.h"

void metrics_family(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Length of the first character in bytes; 0 if it is not valid UTF-8. */
static unsigned int character(const unsigned char *text)
{
	unsigned int size, i;

	if (*text < 0x80)
		return 1;
	size = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
	/* overlong encodings, values beyond Unicode, surrogates */
	if (*text < 0xc2 || *text > 0xf4 || (*text == 0xe0 && text[1] < 0xa0) ||
	    (*text == 0xed && text[1] > 0x9f) || (*text == 0xf0 && text[1] < 0x90) ||
	    (*text == 0xf4 && text[1] > 0x8f))
		return 0;
	for (i = 1; i < size; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* A single name that is not UTF-8 would make Prometheus reject the values of all devices. */
static void print_escaped(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned int size;

	for (; *p; p += size ? size : 1) {
		size = character(p);
		if (!size)
			fprintf(out, "\\\\x%02x", *p);
		else if (*p == '\n')
			fputs("\\n", out);
		else if (*p == '\\' || *p == '"')
			fprintf(out, "\\%c", *p);
		else
			fwrite(p, size, 1, out);
	}
}

void metrics_device(FILE *out, const char *name, const struct sample *sample)
{
	fprintf(out, "%s{device=\"", name);
	print_escaped(out, sample->name);
	putc('"', out);
}

void metrics_label(FILE *out, const char *name, const char *value)
{
	fprintf(out, ",%s=\"", name);
	print_escaped(out, value);
	putc('"', out);
}
