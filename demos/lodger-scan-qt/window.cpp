/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "window.h"

#include "application.h"

#include <calls.h>
#include <lodger-qt.h>

#include <QCloseEvent>
#include <QPushButton>
#include <QVBoxLayout>
#include <cstdio>

enum
{
  MOST_SHOWN = 400 /* characters of a path */
};

/* In the order of the pages. */
static const char *const page_names[] = { "files", "duplicates", "types", "errors" };
static const char *const page_titles[] = { "&Files", "&Duplicates", "&Types", "&Errors" };

/* ---- the figures ------------------------------------------------------------------------------------------------- */

/* Shows how much is on each page. Only when the scan is over: the titles change the layout. */
void
Window::set_counts (bool over)
{
  const Store *const store = session_get_store (session);
  const Report *const report = session_get_report (session);
  const qint64 groups = report == nullptr ? -1 : report->groups->len;
  const qint64 counts[] = { store->n_files, groups, store->types->len, store->errors->len };
  Shown text;
  for (int i = 0; i < tabs->count (); i++)
    {
      g_string_append (text, page_titles[i]);
      if (over && counts[i] >= 0)
        text_append_count (g_string_append (text, "  "), static_cast<guint64> (counts[i]));
      const QString title = text.take ();
      if (tabs->tabText (i) != title)
        tabs->setTabText (i, title);
    }
}

void
Window::refresh ()
{
  const Store *const store = session_get_store (session);
  const bool over = session_get_state (session) >= SESSION_SORTING;
  set_counts (over);
  files->refresh (over);
  errors->refresh (over);
  duplicates->refresh (store);
  types->refresh (over);
  bar->refresh (session, frames.get_paints ());
}

/* ---- a scan ------------------------------------------------------------------------------------------------------ */

/* Prints the summary of the first scan that comes to its end, once. */
void
Window::print ()
{
  if (!options->exit_when_done || printed || session == nullptr || session_get_state (session) != SESSION_DONE)
    return;
  Shown text;
  printed = true;
  calls_append_summary (text);
  paints_append_summary (frames.get_paints (), text);
  g_string_append_printf (text, "%s: finished", g_get_prgname ());
  if (!report_print (session_get_report (session), text.bytes ()))
    status = SCAN_CANNOT_WRITE;
  const auto stayed = [] (LodgerPending *, void *) { QCoreApplication::quit (); };
  lodger_pending_unref (lodger_scope_call_later (lodger_qt_object_get_scope (this), caller,
                                                 static_cast<int64_t> (options->stay * 1e9), stayed, nullptr, nullptr));
}

void
Window::print_later (int64_t delay)
{
  const auto run = [] (LodgerPending *, void *window) { static_cast<Window *> (window)->print (); };
  lodger_pending_unref (lodger_scope_call_later (lodger_qt_object_get_scope (this), caller, delay, run, this, nullptr));
}

/* Each frame adds a portion of the new rows. When all are shown, frames are not wanted any more. */
void
Window::on_frame ()
{
  calls_frame ();
  bool more = files->grow ();
  more |= errors->grow ();
  bar->get_progress ()->move_on ();
  if (!more && (session == nullptr || session_get_state (session) == SESSION_DONE))
    {
      frames.want (false);
      all_shown = session != nullptr;
    }
}

/* What is asked of Qt in a frame is painted here. */
bool
Window::event (QEvent *event)
{
  const bool handled = QWidget::event (event);
  if (event->type () == QEvent::UpdateRequest)
    {
      frames.painted ();
      if (all_shown)
        print_later (0);
      all_shown = false;
    }
  else if (event->type () == QEvent::Close)
    QCoreApplication::quit ();
  return handled;
}

void
Window::on_changed (Session *changed)
{
  session = changed;
  bar->set (session);
  if (session_get_state (session) == SESSION_DONE)
    {
      duplicates->set (session_get_report (session));
      if (session_json_failed (session))
        status = SCAN_CANNOT_WRITE;
      /* The button closes the window from now on. Without a cancel, nobody expects that under the space bar. */
      if (!session_was_cancelled (session) && bar->get_button ()->hasFocus ())
        tabs->setFocus ();
      refresh ();
      print_later (SCAN_PAINT_PATIENCE);
    }
  else if (session_get_state (session) == SESSION_SORTING)
    refresh ();
}

/* Clears the pages before the session is dropped: they must not outlive its store. */
void
Window::end_session ()
{
  files->set (nullptr, nullptr);
  duplicates->set (nullptr);
  errors->set (nullptr);
  types->set (nullptr);
  session_drop (session);
  session = nullptr;
}

bool
Window::start (char **ret_message)
{
  SessionEvents events = {};
  EngineOptions what = options->what;
  char *folders[] = { folder.data (), nullptr };
  what.folders = folders;
  events.progress = [] (Session *, void *window) { static_cast<Window *> (window)->refresh (); };
  events.changed = [] (Session *changed, void *window) { static_cast<Window *> (window)->on_changed (changed); };
  events.data = this;
  end_session ();
  actions->get_folder_label ()->set_text (shown (folder.constData ()));
  frames.restart ();
  session = session_start (caller, &what, options->json, &events, ret_message);
  bar->set (session);
  outer->setCurrentIndex (session != nullptr ? 0 : 1);
  frames.want (true);
  if (session == nullptr)
    return false;
  files->set (session_get_store (session), session_get_folder (session));
  errors->set (session_get_store (session));
  types->set (session_get_store (session));
  refresh ();
  return true;
}

void
Window::restart ()
{
  char *message = nullptr;
  if (!start (&message))
    {
      QString path = shown (folder.constData ());
      if (path.size () > MOST_SHOWN)
        path.replace (MOST_SHOWN / 2, path.size () - MOST_SHOWN, QStringLiteral ("…"));
      /* It may be broken behind each slash. */
      path.replace ('/', QStringLiteral ("/\u200b"));
      wrong->show_words ("This folder cannot be scanned", path + '\n' + QString::fromUtf8 (message));
    }
  g_free (message);
}

void
Window::open_folder (const QByteArray &another)
{
  folder = another;
  restart ();
}

bool
Window::cancel ()
{
  if (session == nullptr || session_get_state (session) == SESSION_DONE)
    return false;
  session_cancel (session);
  return true;
}

/* ---- building the window ----------------------------------------------------------------------------------------- */

void
Window::show_page (int number)
{
  tabs->setCurrentIndex (number);
}

void
Window::build ()
{
  const auto box = new QVBoxLayout (this);
  const auto choose = new QPushButton ("C&hoose another folder…");
  const auto wake = [this] () { frames.want (true); };
  ActionsTarget target;
  target.open = [this] (const QByteArray &another) { open_folder (another); };
  target.rescan = [this] () { restart (); };
  target.close = [this] () { close (); };
  target.cancel = [this] () { return cancel (); };
  target.show_page = [this] (int number) { show_page (number); };
  target.get_folder = [this] () { return folder; };

  setWindowTitle ("Lodger Scan");
  resize (1000, 680);
  actions = new Actions (this, target);
  outer = new QStackedWidget;
  tabs = new QTabWidget;
  files = new FilesPage (wake);
  duplicates = new DuplicatesPage;
  types = new TypesPage;
  errors = new ErrorsPage (wake);
  wrong = new Page (QStyle::SP_MessageBoxWarning);
  bar = new StatusBar;
  wrong->add_below (choose);
  connect (choose, &QPushButton::clicked, [this] () { actions->choose_folder (); });
  connect (bar->get_button (), &QPushButton::clicked, [this] () { actions->cancel_or_close (); });

  tabs->setDocumentMode (true);
  Page *const pages[] = { files, duplicates, types, errors };
  for (int i = 0; i < 4; i++)
    {
      tabs->addTab (pages[i], page_titles[i]);
      if (g_strcmp0 (options->page, page_names[i]) == 0)
        show_page (i);
    }
  outer->addWidget (tabs);
  outer->addWidget (wrong);
  box->setContentsMargins (0, 0, 0, 0);
  box->setSpacing (0);
  box->addWidget (actions->make_header ());
  box->addWidget (outer, 1);
  box->addWidget (bar);
  actions->get_dark ()->setChecked (options->dark);
  bar->get_button ()->setFocus ();
}

Window::Window (LodgerCaller *the_caller, const ScanOptions *the_options)
    : options (the_options), caller (the_caller),
      frames (the_caller, lodger_qt_object_get_scope (this), [this] () { on_frame (); }),
      folder (options->what.folders[0])
{
  build ();
}

Window::~Window ()
{
  end_session ();
}

int
scan_window (const ScanOptions *options)
{
  const auto application = application_new ();
  LodgerError *error = nullptr;
  LodgerCaller *const caller = lodger_qt_attach_full (
      nullptr, LODGER_CALLER_OPTIONS (.stop_deadline = SCAN_PATIENCE, .nice = SCAN_NICE), &error);
  int status = SCAN_OK;
  if (caller == nullptr)
    {
      fprintf (stderr, "%s: cannot start: %s\n", g_get_prgname (), lodger_error_get_message (error));
      lodger_error_unref (error);
      return SCAN_CANNOT_WRITE;
    }
  if (options->exit_when_done)
    calls_begin (caller);
  {
    Window window (caller, options);
    char *message = nullptr;
    if (window.start (&message))
      {
        window.show ();
        QCoreApplication::exec ();
        status = window.get_status ();
      }
    else
      status = options_refuse_folder (options, message);
    g_free (message);
  }
  (void) lodger_caller_leave (caller);
  calls_end ();
  lodger_caller_unref (caller);
  return status;
}
