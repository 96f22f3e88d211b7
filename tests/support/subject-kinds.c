/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of loop that each test program can have. A program with a list of its own is linked without this file. */
#include "subject.h"

const SubjectKind *const subject_kinds[] = {
  &subject_manual,
  &subject_manual_no_before_wait,
  &subject_manual_real,
  &subject_manual_real_no_before_wait,
  &subject_native,
  &subject_polling,
#ifdef LODGER_HAVE_GLIB
  &subject_glib_default,
  &subject_glib_other,
  &subject_glib_worker,
#endif
  NULL,
};
