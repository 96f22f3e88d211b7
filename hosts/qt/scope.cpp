/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A scope for each object that asks for one.
 *
 * The tie between object and scope is kept beside the object: in a table, and in the connection to the object's signal
 * `destroyed`. Qt drops the connection with the object, or a little later if one of the object's signals is on the stack. A
 * new object may have the same address by then; so a tie counts only as long as its connection does. In the slots of
 * `destroyed` the connection still counts, and the object has the scope that has ended. */
#include "qt-private.h"

#include <QHash>
#include <QThread>

#include <exception>
#include <memory>

namespace {

/* What a scope knows of its object, which may go in one thread while another one asks where it lives. */
struct Known
{
  std::mutex mutex;
  const QObject *object; /* under the mutex; NULL: gone */
};

struct Tie
{
  QObject *object;
  Known *known; /* the scope's */
  LodgerScope *scope;
  QMetaObject::Connection connection;
};

struct Ties
{
  std::mutex mutex;
  QHash<const QObject *, Tie *> table;
};

/* Objects may outlive everything else. */
Ties &
ties ()
{
  static Ties *const all = new Ties;
  return *all;
}

/* It goes with the connection. */
class TieOwner {
public:
  explicit TieOwner (Tie *of) : tie (of)
  {
  }
  TieOwner (const TieOwner &) = delete;
  TieOwner &operator= (const TieOwner &) = delete;
  ~TieOwner ()
  {
    {
      std::lock_guard<std::mutex> lock (ties ().mutex);
      if (ties ().table.value (tie->object) == tie)
        ties ().table.remove (tie->object);
    }
    lodger_scope_unref (tie->scope);
    delete tie;
  }
  void end () const
  {
    lodger_scope_end (tie->scope, "the object it was bound to is gone");
  }

private:
  Tie *tie;
};

LodgerScope *
find (const QObject *object)
{
  std::lock_guard<std::mutex> lock (ties ().mutex);
  const Tie *tie = ties ().table.value (object);
  return tie != nullptr && tie->connection ? tie->scope : nullptr;
}

int
check (void *data)
{
  auto *known = static_cast<Known *> (data);
  std::lock_guard<std::mutex> lock (known->mutex);
  if (known->object == nullptr)
    return LODGER_ECANCELED;
  return known->object->thread () == QThread::currentThread () ? 0 : LODGER_EWRONGTHREAD;
}

void
destroy (void *data)
{
  delete static_cast<Known *> (data);
}

LodgerScope *
make (QObject *object)
{
  auto *known = new Known {};
  LodgerScopeOptions options = {};
  known->object = object;
  options.size = sizeof options;
  options.object = known;
  options.destroy = destroy;
  options.check = check;
  LodgerScope *scope = lodger_scope_new (&options);
  if (scope == nullptr)
    return nullptr;
  Tie *tie = new Tie { object, known, scope, {} };
  auto owner = std::make_shared<TieOwner> (tie);
  tie->connection = QObject::connect (
      object, &QObject::destroyed, object, [owner] { owner->end (); }, Qt::DirectConnection);
  std::lock_guard<std::mutex> lock (ties ().mutex);
  ties ().table.insert (object, tie);
  return scope;
}

} // namespace

LodgerScope *
lodger_qt_object_get_scope (QObject *object)
{
  LodgerScope *scope = nullptr;
  if (object == nullptr)
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
      return nullptr;
    }
  if (object->thread () != QThread::currentThread ())
    {
      lodger_host_misuse (__func__, LODGER_EWRONGTHREAD, "the object lives in another thread");
      return nullptr;
    }
  scope = find (object);
  if (scope != nullptr)
    return scope;
  try
    {
      scope = make (object);
  } catch (const std::exception &)
    {
  }
  if (scope == nullptr)
    lodger_host_misuse (__func__, LODGER_ENOMEM, nullptr);
  return scope;
}
