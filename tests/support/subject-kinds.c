/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of the usual test programs. A program with kinds of its own has a list of its own. */
#include "subject.h"

const SubjectKind *const subject_kinds[] = {
  &subject_manual,
  &subject_manual_no_before_wait,
  &subject_manual_real,
  &subject_manual_real_no_before_wait,
  &subject_native,
  &subject_native_polled,
  &subject_polling,
#ifdef LODGER_HAVE_GLIB
  &subject_glib_default,
  &subject_glib_other,
  &subject_glib_worker,
  &subject_glib_polled,
#endif
#ifdef LODGER_HAVE_UV
  &subject_uv,
  &subject_uv_worker,
  &subject_uv_polled,
#endif
  NULL,
};
