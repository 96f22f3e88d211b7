/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop of a thread that needs no other: a backend and its host. */
#ifndef LODGER_NATIVE_H
#define LODGER_NATIVE_H

#include <lodger/backend.h>

extern const LodgerBackendOps lodger__native_backend;
extern const LodgerHostDriver lodger__native_driver;

#endif
