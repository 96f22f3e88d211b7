/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watched descriptors. A notifier only notes that its descriptor may be ready, and gets the carrier's event to be posted.
 * What the descriptor is ready for is asked of the system when it is reported: at the priority of the node.
 *
 * Qt has one notifier for each descriptor and kind. A second watch of a descriptor and kind is refused. */
#include "qt-private.h"

#include <QSocketNotifier>

#include <errno.h>
#include <new>
#include <poll.h>

static const uint32_t kinds[] = { POLLIN | POLLRDNORM, POLLOUT | POLLWRNORM, POLLPRI | POLLRDBAND };
static const QSocketNotifier::Type types[]
    = { QSocketNotifier::Read, QSocketNotifier::Write, QSocketNotifier::Exception };

struct LodgerQtWatch
{
  LodgerQtWatch *next;       /* of all */
  LodgerQtWatch *next_ready; /* of the ready ones */
  LodgerHostWatch *watch;
  LodgerQtWatches *watches;
  QSocketNotifier *notifiers[3];
  int fd;
  uint32_t events;
  bool is_ready;

  void note ();
  void free ();
};

/* Level-triggered: until it is reported, a ready descriptor comes again in each round, and changes nothing. */
void
LodgerQtWatch::note ()
{
  if (is_ready)
    return;
  is_ready = true;
  next_ready = nullptr;
  *watches->last_ready = this;
  watches->last_ready = &next_ready;
  watches->is_ready (watches->ready_data);
}

/* It may be inside one of its notifiers' signals. */
void
LodgerQtWatch::free ()
{
  for (QSocketNotifier *notifier : notifiers)
    if (notifier != nullptr)
      delete notifier;
  watch->host_data = nullptr;
  delete this;
}

LodgerQtWatches::LodgerQtWatches (void (*tell) (void *data), void *data) : is_ready (tell), ready_data (data)
{
}

LodgerQtWatches::~LodgerQtWatches ()
{
  clear ();
}

void
LodgerQtWatches::clear ()
{
  LodgerQtWatch *watch;
  first_ready = nullptr;
  last_ready = &first_ready;
  while ((watch = all) != nullptr)
    {
      all = watch->next;
      watch->free ();
    }
}

/* Each kind tells of an error, too: one of them is there in any case. */
static bool
needs (uint32_t events, int kind)
{
  const bool is_last_chance = kind == 2 && (events & (kinds[0] | kinds[1])) == 0;
  return (events & kinds[kind]) != 0 || is_last_chance;
}

static bool
share_a_kind (uint32_t events, uint32_t others)
{
  for (int i = 0; i < 3; i++)
    if (needs (events, i) && needs (others, i))
      return true;
  return false;
}

int
LodgerQtWatches::add (LodgerHostWatch *lodger_watch, int fd, uint32_t events)
{
  struct pollfd look = { fd, 0, 0 };
  LodgerQtWatch *watch;
  if (fd < 0 || (poll (&look, 1, 0) == 1 && (look.revents & POLLNVAL) != 0))
    return LODGER_EINVAL;
  if (events != 0 && (events & (kinds[0] | kinds[1] | kinds[2])) == 0)
    return LODGER_EINVAL; /* nothing that Qt could tell of */
  for (watch = all; watch != nullptr; watch = watch->next)
    if (watch->fd == fd && share_a_kind (watch->events, events))
      return LODGER_EBUSY;
  watch = new (std::nothrow) LodgerQtWatch {};
  if (watch == nullptr)
    return LODGER_ENOMEM;
  watch->watch = lodger_watch;
  watch->watches = this;
  watch->fd = fd;
  watch->events = events;
  lodger_watch->host_data = watch;
  watch->next = all;
  all = watch;
  for (int i = 0; i < 3; i++)
    {
      if (!needs (events, i))
        continue;
      watch->notifiers[i] = new QSocketNotifier (fd, types[i]);
      QObject::connect (
          watch->notifiers[i], &QSocketNotifier::activated, watch->notifiers[i], [watch] { watch->note (); },
          Qt::DirectConnection);
    }
  return 0;
}

void
LodgerQtWatches::remove (LodgerHostWatch *lodger_watch)
{
  auto *watch = static_cast<LodgerQtWatch *> (lodger_watch->host_data);
  if (watch == nullptr)
    return;
  for (LodgerQtWatch **at = &all; *at != nullptr; at = &(*at)->next)
    if (*at == watch)
      {
        *at = watch->next;
        break;
      }
  for (LodgerQtWatch **at = &first_ready; *at != nullptr; at = &(*at)->next_ready)
    if (*at == watch)
      {
        *at = watch->next_ready;
        if (last_ready == &watch->next_ready)
          last_ready = at;
        break;
      }
  watch->free ();
}

bool
LodgerQtWatches::isReady () const
{
  return first_ready != nullptr;
}

void
LodgerQtWatches::report (int64_t slice, const bool *is_over)
{
  const int64_t until = lodger__qt_now () + slice;
  do
    {
      LodgerQtWatch *watch = first_ready;
      struct pollfd look = { watch->fd, short (watch->events), 0 };
      first_ready = watch->next_ready;
      if (first_ready == nullptr)
        last_ready = &first_ready;
      watch->is_ready = false;
      if (poll (&look, 1, 0) == 1)
        lodger_host_fd_ready (watch->watch, uint32_t (uint16_t (look.revents)));
    }
  while (!*is_over && first_ready != nullptr && lodger__qt_now () < until);
}
