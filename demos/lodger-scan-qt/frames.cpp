/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

static const int64_t A_FRAME = INT64_C (1000) * 1000 * 1000 / 60;

Frames::Frames (LodgerCaller *caller, LodgerScope *scope, std::function<void ()> the_function)
    : on_frame (std::move (the_function)),
      repeat (lodger_repeat_new (caller, A_FRAME, run, this, nullptr,
                                 LODGER_REPEAT_OPTIONS (.name = "frame", .delay = A_FRAME, .scope = scope)))
{
  lodger_repeat_pause (repeat);
}

Frames::~Frames ()
{
  lodger_repeat_stop (repeat);
  lodger_repeat_unref (repeat);
}

void
Frames::run (LodgerPending *, uint64_t, void *data)
{
  const auto frames = static_cast<Frames *> (data);
  frames->begun = true;
  frames->on_frame ();
}

void
Frames::want (bool wanted)
{
  if (wanted == is_wanted)
    return;
  is_wanted = wanted;
  paints_pause (&paints);
  (wanted ? lodger_repeat_resume : lodger_repeat_pause) (repeat);
}

void
Frames::painted ()
{
  if (begun)
    paints_add (&paints, is_wanted);
  begun = false;
}

void
Frames::restart ()
{
  paints = {};
}
