/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <lodger/version.h>

int
lodger_version (void)
{
  return LODGER_VERSION_NUMBER (LODGER_VERSION_MAJOR, LODGER_VERSION_MINOR, LODGER_VERSION_MICRO);
}
