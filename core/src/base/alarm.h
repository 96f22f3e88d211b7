/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Alarms: a function is called when a time has come, whatever any other thread is at. One thread does it for all. It is
 * started by the first alarm, and ends with the last. */
#ifndef LODGER_ALARM_H
#define LODGER_ALARM_H

#include "base/heap.h"

typedef struct LodgerAlarm LodgerAlarm;
struct LodgerAlarm
{
  LodgerHeapLink link;
  void (*ring) (LodgerAlarm *alarm); /* in the thread of alarms, without a lock. It should not block */
};

/* Any thread: it rings once, at that time of CLOCK_MONOTONIC. False without memory, or if the system refuses a thread. */
bool lodger__alarm_set (LodgerAlarm *alarm, int64_t at);
/* Any thread. True: it will not ring. False: it has rung, rings just now, or was never set. */
bool lodger__alarm_clear (LodgerAlarm *alarm);

#endif
