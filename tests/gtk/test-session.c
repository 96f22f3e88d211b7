/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that holds inhibits a logout. A session manager of the test's own is on a bus of the test's own.
 *
 * GTK calls it from the GUI thread, and waits for the answer. So it is in another thread, with a connection of its own. */
#include "gtk-window.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME   "org.gnome.SessionManager"
#define PATH   "/org/gnome/SessionManager"
#define CLIENT PATH "/Client1"

enum
{
  LOGOUT = 1, /* of the flags of Inhibit */
  COOKIE = 4711,
  NAME_IS_OURS = 1
};

static const char interfaces[]
    = "<node>"
      "<interface name='" NAME "'>"
      "<method name='RegisterClient'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='o' direction='out'/></method>"
      "<method name='UnregisterClient'><arg type='o' direction='in'/></method>"
      "<method name='Inhibit'><arg type='s' direction='in'/><arg type='u' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='u' direction='out'/></method>"
      "<method name='Uninhibit'><arg type='u' direction='in'/></method>"
      "<method name='IsInhibited'><arg type='u' direction='in'/><arg type='b' direction='out'/></method>"
      "</interface>"
      "<interface name='" NAME ".ClientPrivate'>"
      "<method name='EndSessionResponse'><arg type='b' direction='in'/><arg type='s' direction='in'/></method>"
      "</interface>"
      "</node>";

/* ---- the session manager -------------------------------------------------------------------------------------------- */

static GTestDBus *bus; /* of this process; its last reference would wait for everybody who has the connection */

typedef struct Session
{
  GMainLoop *loop;
  GThread *thread;
  Latch is_ready;
  Counter inhibits, uninhibits;
  /* Of the last of them: written before it is counted. */
  guint flags, cookie;
  char reason[100];
} Session;

static void
on_call (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *invocation, void *data)
{
  Session *session = data;
  GVariant *answer = NULL;
  const char *reason;
  (void) connection;
  (void) sender;
  (void) path;
  (void) interface;
  if (g_str_equal (method, "RegisterClient"))
    answer = g_variant_new ("(o)", CLIENT);
  else if (g_str_equal (method, "IsInhibited"))
    answer = g_variant_new ("(b)", counter_get (&session->inhibits) > counter_get (&session->uninhibits));
  else if (g_str_equal (method, "Inhibit"))
    {
      g_variant_get (parameters, "(&su&su)", NULL, NULL, &reason, &session->flags);
      g_strlcpy (session->reason, reason, sizeof session->reason);
      counter_add (&session->inhibits, 1);
      answer = g_variant_new ("(u)", COOKIE);
    }
  else if (g_str_equal (method, "Uninhibit"))
    {
      g_variant_get (parameters, "(u)", &session->cookie);
      counter_add (&session->uninhibits, 1);
    }
  g_dbus_method_invocation_return_value (invocation, answer);
}

static void
register_object (Session *session, GDBusConnection *connection, const char *path, GDBusInterfaceInfo *interface)
{
  static const GDBusInterfaceVTable table = { .method_call = on_call };
  ck_assert_uint_gt (g_dbus_connection_register_object (connection, path, interface, &table, session, NULL, NULL), 0);
}

static void *
serve (void *data)
{
  Session *session = data;
  GMainContext *context = g_main_loop_get_context (session->loop);
  GDBusNodeInfo *node = g_dbus_node_info_new_for_xml (interfaces, NULL);
  GDBusConnection *connection;
  GVariant *answer;
  guint owns = 0;
  g_main_context_push_thread_default (context);
  connection = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  ck_assert_ptr_nonnull (connection);
  register_object (session, connection, PATH, node->interfaces[0]);
  register_object (session, connection, CLIENT, node->interfaces[1]);
  answer = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 0),
                                        G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  ck_assert_ptr_nonnull (answer);
  g_variant_get (answer, "(u)", &owns);
  ck_assert_uint_eq (owns, NAME_IS_OURS);
  g_variant_unref (answer);
  latch_open (&session->is_ready);
  g_main_loop_run (session->loop);
  g_dbus_connection_close_sync (connection, NULL, NULL);
  g_object_unref (connection);
  g_dbus_node_info_unref (node);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
session_open (Session *session)
{
  GMainContext *context = g_main_context_new ();
  char *display = g_strdup (getenv ("DISPLAY"));
  *session = (Session) { .loop = g_main_loop_new (context, FALSE) };
  g_main_context_unref (context);
  latch_init (&session->is_ready);
  counter_init (&session->inhibits);
  counter_init (&session->uninhibits);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus); /* which takes the display away */
  if (display != NULL)
    g_setenv ("DISPLAY", display, TRUE);
  g_free (display);
  session->thread = g_thread_new ("session", serve, session);
  latch_wait (&session->is_ready);
}

static void
session_close (Session *session)
{
  g_main_loop_quit (session->loop);
  g_thread_join (session->thread);
  g_main_loop_unref (session->loop);
  g_test_dbus_stop (bus);
  latch_clear (&session->is_ready);
  counter_clear (&session->inhibits);
  counter_clear (&session->uninhibits);
}

/* ---- an application with work --------------------------------------------------------------------------------------- */

typedef struct Scene
{
  Session session;
  GtkApplication *application;
  Window window;
  Latch entered, let_go;
  Counter ends; /* of the data */
  gboolean was_cancelled;
} Scene;

static void
scene_open (Scene *scene, gboolean registers)
{
  *scene = (Scene) { .application = NULL };
  latch_init (&scene->entered);
  latch_init (&scene->let_go);
  counter_init (&scene->ends);
  session_open (&scene->session);
  ck_assert (gtk_init_check ());
  scene->application = gtk_application_new ("org.lodger.TestSession", (GApplicationFlags) 0);
  g_object_set (scene->application, "register-session", registers, NULL);
}

static void
scene_open_window (Scene *scene, gboolean registers)
{
  scene_open (scene, registers);
  ck_assert (g_application_register (G_APPLICATION (scene->application), NULL, NULL));
  scene->window = window_open (FALSE);
  gtk_window_set_application (scene->window.window, scene->application);
}

static void
scene_close (Scene *scene)
{
  g_object_unref (scene->application);
  session_close (&scene->session);
  latch_clear (&scene->entered);
  latch_clear (&scene->let_go);
  counter_clear (&scene->ends);
}

static void
scene_close_window (Scene *scene)
{
  window_close (&scene->window);
  scene_close (scene);
}

static void
stay (LodgerPending *self, void *data)
{
  Scene *scene = data;
  latch_open (&scene->entered);
  latch_wait (&scene->let_go);
  scene->was_cancelled = lodger_pending_is_cancelled (self);
}

static void
scene_destroy (void *data)
{
  counter_add (&((Scene *) data)->ends, 1);
}

static LodgerPending *
run (Scene *scene, gboolean hold, const char *reason)
{
  LodgerPending *pending
      = lodger_gtk_run_full (scene->window.label, stay, NULL, scene,
                             LODGER_GTK_RUN_OPTIONS (.hold = hold, .hold_reason = reason, .destroy = scene_destroy));
  latch_wait (&scene->entered);
  return pending;
}

/* Asks the session manager, which has then heard everything that this thread has told it before. */
static gboolean
is_inhibited (Scene *scene)
{
  GDBusConnection *connection = g_application_get_dbus_connection (G_APPLICATION (scene->application));
  GVariant *answer;
  gboolean inhibited = FALSE;
  window_settle ();
  answer = g_dbus_connection_call_sync (connection, NAME, PATH, NAME, "IsInhibited", g_variant_new ("(u)", LOGOUT),
                                        G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  ck_assert_ptr_nonnull (answer);
  g_variant_get (answer, "(b)", &inhibited);
  g_variant_unref (answer);
  return inhibited;
}

static void
let_go (Scene *scene, LodgerPending *pending)
{
  latch_open (&scene->let_go);
  while (counter_get (&scene->ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  window_run_until_done (pending);
  lodger_pending_unref (pending);
}

/* The inhibition ends in a later turn of this thread's loop than the work. */
static void
wait_until_permitted (Scene *scene)
{
  while (counter_get (&scene->session.uninhibits) == 0)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
}

static void
expect_inhibited_until_the_end (Scene *scene, LodgerPending *pending)
{
  ck_assert (is_inhibited (scene));
  ck_assert_int_eq (counter_get (&scene->session.inhibits), 1);
  let_go (scene, pending);
  wait_until_permitted (scene);
  ck_assert (!is_inhibited (scene));
  ck_assert_int_eq (counter_get (&scene->session.inhibits), 1);
  ck_assert_int_eq (counter_get (&scene->session.uninhibits), 1);
  ck_assert_uint_eq (scene->session.cookie, COOKIE);
}

/* _i: whether the application registers itself with the session. */
START_TEST (a_save_inhibits_a_logout_until_it_has_ended)
{
  LodgerPending *pending;
  Scene scene;
  scene_open_window (&scene, _i);
  ck_assert (!is_inhibited (&scene));
  pending = run (&scene, TRUE, "The picture is being saved");
  ck_assert_int_eq (counter_get (&scene.session.inhibits), 1);
  ck_assert_uint_eq (scene.session.flags, LOGOUT);
  ck_assert_str_eq (scene.session.reason, "The picture is being saved");
  expect_inhibited_until_the_end (&scene, pending);
  scene_close_window (&scene);
}
END_TEST

START_TEST (a_save_without_a_reason_gives_one)
{
  LodgerPending *pending;
  Scene scene;
  scene_open_window (&scene, FALSE);
  pending = run (&scene, TRUE, NULL);
  ck_assert_str_ne (scene.session.reason, "");
  expect_inhibited_until_the_end (&scene, pending);
  scene_close_window (&scene);
}
END_TEST

START_TEST (a_save_that_is_cancelled_inhibits_until_it_has_returned)
{
  LodgerPending *pending;
  Scene scene;
  scene_open_window (&scene, FALSE);
  pending = run (&scene, TRUE, NULL);
  lodger_pending_cancel (pending, NULL);
  expect_inhibited_until_the_end (&scene, pending);
  ck_assert (scene.was_cancelled);
  scene_close_window (&scene);
}
END_TEST

START_TEST (a_save_inhibits_after_the_windows_end)
{
  LodgerPending *pending;
  Scene scene;
  scene_open_window (&scene, FALSE);
  pending = run (&scene, TRUE, NULL);
  gtk_window_destroy (scene.window.window);
  g_clear_object (&scene.window.window);
  expect_inhibited_until_the_end (&scene, pending);
  ck_assert (!scene.was_cancelled);
  scene_close_window (&scene);
}
END_TEST

START_TEST (other_work_inhibits_nothing)
{
  LodgerPending *pending;
  Scene scene;
  scene_open_window (&scene, FALSE);
  pending = run (&scene, FALSE, NULL);
  ck_assert (!is_inhibited (&scene));
  let_go (&scene, pending);
  ck_assert_int_eq (counter_get (&scene.session.inhibits), 0);
  scene_close_window (&scene);
}
END_TEST

/* ---- the application ends before the work --------------------------------------------------------------------------- */

static void
save_and_quit (GApplication *application, void *data)
{
  Scene *scene = data;
  GtkWindow *window = GTK_WINDOW (gtk_application_window_new (GTK_APPLICATION (application)));
  scene->window.label = gtk_label_new ("a label");
  gtk_window_set_child (window, scene->window.label);
  lodger_pending_unref (run (scene, TRUE, NULL));
  g_application_quit (application);
}

static void
on_shutdown (GApplication *application, void *data)
{
  Scene *scene = data;
  (void) application;
  ck_assert (is_inhibited (scene));
  latch_open (&scene->let_go);
}

/* GTK 4.8 loses the path of a registered client at its end: 34 bytes, which the leak check reports. */
START_TEST (an_application_that_ends_permits_a_logout)
{
  Scene scene;
  scene_open (&scene, FALSE);
  g_signal_connect (scene.application, "shutdown", G_CALLBACK (on_shutdown), &scene);
  g_signal_connect (scene.application, "activate", G_CALLBACK (save_and_quit), &scene);
  g_application_run (G_APPLICATION (scene.application), 0, NULL);
  wait_until_permitted (&scene);
  ck_assert_int_eq (counter_get (&scene.session.inhibits), 1);
  ck_assert_int_eq (counter_get (&scene.session.uninhibits), 1);
  scene_close (&scene);
}
END_TEST

/* ---- what has to be there ------------------------------------------------------------------------------------------- */

static gboolean
has_daemon (void)
{
  char *daemon = g_find_program_in_path ("dbus-daemon");
  g_free (daemon);
  return daemon != NULL;
}

START_TEST (gtk_asks_a_session_manager)
{
  Scene scene;
  scene_open_window (&scene, FALSE);
  gtk_application_inhibit (scene.application, NULL, GTK_APPLICATION_INHIBIT_LOGOUT, "a look");
  ck_assert (is_inhibited (&scene));
}
END_TEST

/* GTK 4.24 asks the desktop's portal alone. */
static gboolean
gtk_is_heard (void)
{
  Suite *suite = suite_create ("a look");
  TCase *look = tcase_create ("a look");
  SRunner *runner;
  gboolean is_heard;
  tcase_add_test (look, gtk_asks_a_session_manager);
  suite_add_tcase (suite, look);
  runner = srunner_create (suite);
  srunner_run_all (runner, CK_SILENT);
  is_heard = srunner_ntests_failed (runner) == 0;
  srunner_free (runner);
  return is_heard;
}

static const char *
missing (void)
{
  if (!has_daemon ())
    return "there is no dbus-daemon";
  return gtk_is_heard () ? NULL : "this GTK does not ask a session manager";
}

int
main (int argc, char **argv)
{
  gboolean lists = argc == 2 && g_str_equal (argv[1], "--list");
  Suite *suite = suite_create ("gtk-session");
  const char *what = lists ? NULL : missing ();
  if (what != NULL)
    {
      fprintf (stderr, "left out: %s\n", what);
      srunner_free (srunner_create (suite));
      return 77;
    }
  for (int registers = 0; registers < 2; registers++)
    test_add_variant (suite,
                      registers ? "a_save_inhibits_a_logout_until_it_has_ended/registered"
                                : "a_save_inhibits_a_logout_until_it_has_ended/not_registered",
                      a_save_inhibits_a_logout_until_it_has_ended, registers);
  test_add (suite, an_application_that_ends_permits_a_logout);
  test_add (suite, a_save_without_a_reason_gives_one);
  test_add (suite, a_save_that_is_cancelled_inhibits_until_it_has_returned);
  test_add (suite, a_save_inhibits_after_the_windows_end);
  test_add (suite, other_work_inhibits_nothing);
  return gtk_test_main (suite, argc, argv);
}
