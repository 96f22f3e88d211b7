/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shared by all callers, as a fork sees it: every lock, held across it. The child's side of an unlock forgets what
 * was the parent's. */
#ifndef LODGER_FORK_H
#define LODGER_FORK_H

#include <stdbool.h>

/* Before the first caller or thread is made. */
void lodger__fork_notice (void);

void lodger__outcome_lock (void);
void lodger__outcome_unlock (void);
void lodger__waits_lock (void);
void lodger__waits_unlock (bool in_child);
void lodger__registry_lock (void);
void lodger__registry_unlock (bool in_child);
void lodger__pendings_lock (void);
void lodger__pendings_unlock (void);
void lodger__watch_lock (void);
void lodger__watch_unlock (bool in_child);
void lodger__threads_lock (void);
void lodger__threads_unlock (void);
void lodger__nodes_lock (void);
void lodger__nodes_unlock (void);
void lodger__errors_lock (void);
void lodger__errors_unlock (void);
void lodger__log_lock (void);
void lodger__log_unlock (void);
/* The child's: its thread has no callers, and nothing of theirs on its stack. */
void lodger__thread_forget (void);

#endif
