/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reference to an object of GLib's that ends with its scope. */
#ifndef GIO_IN_QT_REF_H
#define GIO_IN_QT_REF_H

#include <gio/gio.h>
#include <memory>
#include <string>

struct Unref
{
  void operator() (void *object) const
  {
    g_object_unref (object);
  }
};
template <class T> using Ref = std::unique_ptr<T, Unref>;

/* Takes a text, or an error, of GLib's. */
inline std::string
take (char *text)
{
  std::string copy = text != nullptr ? text : "";
  g_free (text);
  return copy;
}

inline std::string
take (GError *error)
{
  std::string copy = error != nullptr ? error->message : "";
  g_clear_error (&error);
  return copy;
}

#endif
