/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a flood has left, and nobody has used for a while, is given back bit by bit. */
#include "loop/turn.h"
#include "mailbox/post.h"
#include "stack/stack.h"

static const int64_t TIDY_AFTER = INT64_C (1000000000);
static const int64_t TIDY_AGAIN = INT64_C (10000000);

static bool
have_surplus (void)
{
  return lodger__slab_have_surplus () || lodger__stack_have_surplus ();
}

static bool
give_back (void)
{
  const bool has_more = lodger__slab_give_back ();
  return lodger__stack_give_back () || has_more;
}

void
lodger__turn_tidy (LodgerCaller *caller)
{
  bool is_watching = caller->turn.tidy_at != LODGER_FOREVER;
  int64_t now;
  if (!is_watching && !have_surplus ())
    return;
  now = lodger__host_now (caller);
  if (is_watching && now < caller->turn.tidy_at)
    return;
  if (is_watching && give_back ())
    caller->turn.tidy_at = now + TIDY_AGAIN;
  else if (have_surplus ())
    {
      lodger__slab_begin_watch ();
      lodger__stack_begin_watch ();
      caller->turn.tidy_at = now + TIDY_AFTER;
    }
  else
    caller->turn.tidy_at = LODGER_FOREVER;
}
