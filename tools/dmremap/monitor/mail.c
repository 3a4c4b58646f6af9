// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/message.h"
#include "lib/root.h"
#include "monitor/mail.h"
#include "monitor/run.h"

#define SECONDS		120

/* Where mdadm looks for sendmail, and where Debian installs it. */
static bool find_sendmail(char path[PATH_MAX])
{
	static const char * const places[] = { "/usr/sbin/sendmail", "/usr/lib/sendmail" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, PATH_MAX, "%s%s", root_dir(), places[i]);
		if (!access(path, X_OK))
			return true;
	}
	complain("Mail cannot be sent without %s. Install a package that sends mail, such as msmtp-mta or postfix, or name a PROGRAM in %s.",
		 places[0], MONITOR_CONF);
	return false;
}

static char *compose(const struct monitor_config *config, const char *subject, const char *text)
{
	char *mail = NULL;
	size_t size;
	FILE *out = open_memstream(&mail, &size);

	if (!out)
		no_memory();
	if (*config->from)
		fprintf(out, "From: %s\n", config->from);
	fprintf(out, "To: %s\nSubject: %s\nAuto-Submitted: auto-generated\n", config->mail,
		subject);
	fprintf(out, "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n\n%s", text);
	if (fclose(out))
		no_memory();
	return mail;
}

bool mail_send(const struct monitor_config *config, const char *subject, const char *text)
{
	/* sendmail takes the recipient from the text, where it cannot be mistaken for an option */
	const char *argv[3] = { NULL, "-t" };
	char path[PATH_MAX], *mail;
	bool sent;

	if (!find_sendmail(path))
		return false;
	argv[0] = path;
	mail = compose(config, subject, text);
	sent = run_program(argv, mail, SECONDS);
	free(mail);
	return sent;
}
