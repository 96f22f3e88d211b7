/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-startup share: what it costs to begin and to end.
 *
 *   main.c          the command line, the rounds, the lines
 *   process.c       a program that is run, and what it says of itself
 *   look.c          time, memory and threads of a process
 *   first.c, first-uv.c, first-qt.cpp
 *                   the first call of a process, each way in a process of its own
 *   linked.c        a program that only says how large it is; linked with this library or that
 *   elf.c           the size of the libraries that it has loaded
 */
#ifndef LODGER_STARTUP_H
#define LODGER_STARTUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the first call ----------------------------------------------------------------------------------------------- */

/* A way to the first call. What the program has anyway is there before the clock starts. */
typedef struct Way
{
  const char *name;
  const char *what;
  void (*prepare) (void); /* Optional. */
  void (*begin) (void);   /* returns when the first call has come back to the main thread */
  void (*end) (void);
} Way;

extern const Way ways_glib[], ways_uv[], ways_qt[];
extern const size_t n_ways_glib, n_ways_uv, n_ways_qt;

/* ---- what a process is like --------------------------------------------------------------------------------------- */

typedef struct Look
{
  int64_t wall, cpu;        /* ns */
  double resident, written; /* KiB of memory; of it, what is the process's alone and written */
  unsigned threads;
} Look;

/* Two parts, since the second one takes a while. They allocate nothing. */
void startup_read_clock (Look *look);
void startup_read_memory (Look *look);

/* ---- a program that is run ---------------------------------------------------------------------------------------- */

typedef struct Ran
{
  double wall, cpu; /* us, of all of it */
  char said[4096];  /* the beginning of what it printed */
} Ran;

/* Runs a program of the folder of this one, and waits for its end. A failure ends this program. */
void startup_run (const char *program, const char *argument, const char *value, Ran *ran);

#ifdef __cplusplus
}
#endif

#endif
