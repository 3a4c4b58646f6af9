/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DMREMAP_MONITOR_MAIL_H
#define _DMREMAP_MONITOR_MAIL_H

#include <stdbool.h>

#include "monitor/config.h"

/**
 * mail_send() - send a mail with sendmail(8).
 * @config: the recipients.
 * @subject: one line.
 * @text: the body.
 *
 * Prints an error if it cannot be sent.
 *
 * Return: whether sendmail has accepted it.
 */
bool mail_send(const struct monitor_config *config, const char *subject, const char *text);

#endif /* _DMREMAP_MONITOR_MAIL_H */
