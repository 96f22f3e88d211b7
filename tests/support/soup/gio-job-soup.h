/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A job of GIO with a server and a client of libsoup on 127.0.0.1. Programs that use it link with libsoup. */
#ifndef LODGER_TEST_GIO_JOB_SOUP_H
#define LODGER_TEST_GIO_JOB_SOUP_H

#include "test-gio-jobs-glib.h"

extern const GioJobKind gio_job_soup;

#endif
