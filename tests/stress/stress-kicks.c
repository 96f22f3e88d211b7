/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random kicks against a guest in a host. None may be lost. See test-kicks.h for the arguments. */
#include "test-kicks.h"

const KickHost *const kick_hosts[] = {
  &kick_host_direct,
  &kick_host_manual,
  &kick_host_native,
#ifdef LODGER_HAVE_GLIB
  &kick_host_glib,
#endif
#ifdef LODGER_HAVE_UV
  &kick_host_uv,
#endif
  NULL,
};

int
main (int argc, char **argv)
{
  return kicks_main (argc, argv);
}
