/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_MONITOR_MAIL_H
#define _DMREMAP_MONITOR_MAIL_H

#include <stdbool.h>

#include "monitor/config.h"

/**
 * mail_send() - send a mail by sendmail(8).
 * @config: the recipients.
 * @subject: one line.
 * @text: the rest.
 *
 * Prints an error if it cannot be sent.
 *
 * Return: whether sendmail has taken it.
 */
bool mail_send(const struct monitor_config *config, const char *subject, const char *text);

#endif /* _DMREMAP_MONITOR_MAIL_H */
