/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that knows nothing of Lodger. It loads a plug-in in a thread, uses it, unloads it, and ends the thread. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#ifdef HOST_GLIB
#include <gio/gio.h>
#endif

static const char *name;

static void *
use_plugin (void *data)
{
  void *plugin = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  int (*use) (void);
  void *function;
  int code;
  (void) data;
  if (plugin == NULL || (function = dlsym (plugin, "plugin_use")) == NULL)
    return dlerror ();
  memcpy (&use, &function, sizeof use);
  code = use ();
  if (code != 0 || dlclose (plugin) != 0)
    return "using and closing it failed";
  return NULL;
}

int
main (int argc, char **argv)
{
  name = argc > 1 ? argv[1] : "";
  for (int i = 0; i < 3; i++)
    {
      pthread_t thread;
      void *error = NULL;
      if (pthread_create (&thread, NULL, use_plugin, NULL) != 0 || pthread_join (thread, &error) != 0)
        return 1;
      if (error != NULL)
        {
          fprintf (stderr, "%s\n", (char *) error);
          return 1;
        }
#ifdef HOST_GLIB
      /* GLib compares with all strings that a library has given it for good. */
      for (int n = 0; n < 10000; n++)
        {
          char *string = g_strdup_printf ("lodger-%d", n);
          g_quark_from_string (string);
          g_free (string);
        }
      g_type_from_name ("LodgerSomething");
#endif
    }
  puts ("unloaded 3 times");
  return 0;
}
