/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-emitter-glib.h"

#include "test-gio-glib.h"
#include "test-limits.h"

#include <sched.h>

typedef struct Emitter
{
  GObject parent;
  int level, defaults;
} Emitter;

typedef struct EmitterClass
{
  GObjectClass parent;
  void (*told) (Emitter *emitter, int number, const char *text, GObject *object);
} EmitterClass;

GType emitter_get_type (void);
GType stubborn_emitter_get_type (void);
GType wordy_emitter_get_type (void);

G_DEFINE_TYPE (Emitter, emitter, G_TYPE_OBJECT)

static const char *const names[] = { "told", "asked", "response", "notify" };

static void
told (Emitter *emitter, int number, const char *text, GObject *object)
{
  (void) number;
  (void) text;
  (void) object;
  emitter->defaults++;
}

static void
get_property (GObject *emitter, guint id, GValue *value, GParamSpec *spec)
{
  (void) id;
  (void) spec;
  g_value_set_int (value, ((Emitter *) emitter)->level);
}

static void
emitter_class_init (EmitterClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  class->told = told;
  object_class->get_property = get_property;
  g_object_class_install_property (object_class, 1, g_param_spec_int ("level", NULL, NULL, 0, 9, 0, G_PARAM_READABLE));
  g_object_class_install_property (object_class, 2, g_param_spec_int ("other", NULL, NULL, 0, 9, 0, G_PARAM_READABLE));
  g_signal_new ("told", emitter_get_type (), G_SIGNAL_RUN_LAST, G_STRUCT_OFFSET (EmitterClass, told), NULL, NULL, NULL,
                G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_OBJECT);
  g_signal_new ("asked", emitter_get_type (), G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL,
                G_TYPE_BOOLEAN, 4, G_TYPE_BOOLEAN, G_TYPE_INT, G_TYPE_UINT, G_TYPE_DOUBLE);
  g_signal_new ("response", emitter_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
emitter_init (Emitter *emitter)
{
  emitter->level = 0;
}

/* ---- other emitters ---------------------------------------------------------------------------------------------- */

typedef Emitter StubbornEmitter;
typedef EmitterClass StubbornEmitterClass;

G_DEFINE_TYPE (StubbornEmitter, stubborn_emitter, emitter_get_type ())

static void
do_not_dispose (GObject *emitter)
{
  (void) emitter;
}

static void
stubborn_emitter_class_init (StubbornEmitterClass *class)
{
  G_OBJECT_CLASS (class)->dispose = do_not_dispose;
}

static void
stubborn_emitter_init (StubbornEmitter *emitter)
{
  emitter->level = 1;
}

typedef GObject WordyEmitter;
typedef GObjectClass WordyEmitterClass;

G_DEFINE_TYPE (WordyEmitter, wordy_emitter, G_TYPE_OBJECT)

static void
wordy_emitter_class_init (WordyEmitterClass *class)
{
  g_signal_new ("response", G_OBJECT_CLASS_TYPE (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
}

static void
wordy_emitter_init (WordyEmitter *emitter)
{
  (void) emitter;
}

/* ---- the tests' side --------------------------------------------------------------------------------------------- */

GObject *
emitter_new (void)
{
  return g_object_new (emitter_get_type (), NULL);
}

GObject *
stubborn_emitter_new (void)
{
  return g_object_new (stubborn_emitter_get_type (), NULL);
}

GObject *
wordy_emitter_new (void)
{
  return g_object_new (wordy_emitter_get_type (), NULL);
}

int
emitter_handlers (GObject *emitter)
{
  int count = 0;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    count += g_signal_handler_find (emitter, G_SIGNAL_MATCH_ID, g_signal_lookup (names[i], G_OBJECT_TYPE (emitter)), 0,
                                    NULL, NULL, NULL)
             != 0;
  return count;
}

int
emitter_defaults (GObject *emitter)
{
  return ((Emitter *) emitter)->defaults;
}

void
emitter_wait_handler_at (GObject *emitter, const char *file, int line)
{
  int64_t until = test_now () + test_limit_ns ();
  while (emitter_handlers (emitter) == 0)
    {
      if (test_now () > until)
        test_fail ("%s:%d: no handler was connected", file, line);
      sched_yield ();
    }
}

void
emitter_expect_end_at (GObject *emitter, const char *file, int line)
{
  GWeakRef weak;
  GObject *alive;
  g_weak_ref_init (&weak, emitter);
  g_object_unref (emitter);
  alive = g_weak_ref_get (&weak);
  if (alive != NULL)
    test_fail ("%s:%d: the emitter is alive, with %u references", file, line, alive->ref_count - 1);
  g_weak_ref_clear (&weak);
}
