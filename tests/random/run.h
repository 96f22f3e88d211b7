/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a random program on two manual hosts in this thread, and the model beside it. */
#ifndef LODGER_RANDOM_RUN_H
#define LODGER_RANDOM_RUN_H

#include "model.h"

/* Returns if the program does what the model says; else `fail` is called. `is_loud`: each step and event is printed. */
void run_program (const Program *program, ModelFailFunc fail, bool is_loud);

#endif
