/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The frames of a window: a repeating call of Lodger, 60 times a second while frames are wanted, after each of which the
 * window is painted. Otherwise nothing here wakes the program.
 */
#ifndef LODGER_SCAN_QT_FRAMES_H
#define LODGER_SCAN_QT_FRAMES_H

#include <lodger/lodger.h>
#include <paints.h>

#include <functional>

class Frames {
public:
  /* The function runs at the beginning of each frame, and makes the window paint something. */
  Frames (LodgerCaller *caller, LodgerScope *scope, std::function<void ()> the_function);
  Frames (const Frames &) = delete;
  Frames &operator= (const Frames &) = delete;
  ~Frames ();

  void want (bool wanted);
  bool are_wanted () const
  {
    return is_wanted;
  }
  /* The window has been painted. */
  void painted ();
  /* Forgets what was counted. */
  void restart ();

  const Paints *get_paints () const
  {
    return &paints;
  }

private:
  static void run (LodgerPending *self, uint64_t skipped, void *data);

  std::function<void ()> on_frame;
  LodgerRepeat *repeat;
  bool is_wanted = false;
  bool begun = false; /* since the window was painted */
  Paints paints = {};
};

#endif
