/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which function is told of an outcome; and how, when there is no caller to tell it. */
#include "run-private.h"

LodgerQtScopes::LodgerQtScopes (const LodgerQtScopes &other)
    : object (lodger_scope_ref (other.object)), own (lodger_scope_ref (other.own)),
      place (lodger_scope_ref (other.place))
{
}

LodgerQtScopes::~LodgerQtScopes ()
{
  lodger_scope_unref (object);
  lodger_scope_unref (own);
  lodger_scope_unref (place);
}

bool
LodgerQtScopes::haveEnded () const
{
  return lodger_scope_has_ended (object) || (own != nullptr && lodger_scope_has_ended (own))
         || (place != nullptr && lodger_scope_has_ended (place));
}

LodgerQtFunctions::~LodgerQtFunctions ()
{
  if (destroy != nullptr)
    destroy (data);
}

/* The table in the header. */
void
LodgerQtFunctions::tellFunction (LodgerPending *outcome) const
{
  const bool is_success = lodger_pending_get_outcome (outcome) == 0;
  const bool is_cancel = lodger_pending_get_outcome (outcome) == LODGER_ECANCELED;
  const LodgerQtErrorFunc func = is_cancel ? cancelled : failed;
  if (func != nullptr && !is_success)
    {
      LodgerError *error = lodger_error_ref (lodger_pending_get_error (outcome));
      if (error == nullptr)
        error = lodger_error_new (nullptr, lodger_pending_get_outcome (outcome), nullptr);
      func (object, error, data);
      lodger_error_unref (error);
    }
  else if (done != nullptr && !(is_cancel && failed != nullptr))
    done (object, outcome, data);
}

/* A cancellation beats any other outcome, as long as no function has been told. Work that was cancelled in time tells of
 * that itself, with its message. */
void
LodgerQtFunctions::tell (LodgerPending *outcome) const
{
  LodgerPending *late;
  if (lodger_pending_get_outcome (outcome) == LODGER_ECANCELED || !lodger_host_was_cancelled_late (outcome))
    {
      tellFunction (outcome);
      return;
    }
  late = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_cancel (late, "it was cancelled before its outcome was told");
  tellFunction (late);
  lodger_pending_unref (late);
}

/* Outside of a bound call, the object of the program's scope is held here. */
void
LodgerQtFunctions::tellLate () const
{
  LodgerPending *late;
  if (scopes.own != nullptr && !lodger_host_hold_scope (scopes.own))
    return;
  late = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_new_error (late, nullptr, LODGER_ETIMEDOUT, "%s", lodger_error_code_string (LODGER_ETIMEDOUT));
  tellFunction (late);
  lodger_pending_unref (late);
  lodger_host_release_scope (scopes.own);
}

/* ---- a refusal, told by the event loop ----------------------------------------------------------------------------- */

namespace {

struct Refusal
{
  LodgerQtFunctionsPtr functions;
  LodgerPending *refused;

  ~Refusal ()
  {
    lodger_pending_unref (refused);
  }
  void tell () const
  {
    if (functions->scopes.haveEnded ())
      return;
    if (functions->scopes.own != nullptr && !lodger_host_hold_scope (functions->scopes.own))
      return;
    functions->tell (refused);
    lodger_host_release_scope (functions->scopes.own);
  }
};

} // namespace

/* With the object Qt drops what was posted to it. */
void
lodger__qt_tell_refusal_later (LodgerQtFunctionsPtr functions, LodgerPending *refused)
{
  QObject *object = functions->object;
  if (functions->done == nullptr && functions->failed == nullptr && functions->cancelled == nullptr)
    return;
  auto refusal = std::make_shared<Refusal> ();
  refusal->functions = std::move (functions);
  refusal->refused = lodger_pending_ref (refused);
  QMetaObject::invokeMethod (
      object, [refusal] { refusal->tell (); }, Qt::QueuedConnection);
}
