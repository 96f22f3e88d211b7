// SPDX-License-Identifier: LGPL-2.1-or-later
/* Queries to SQLite. The handle belongs to one thread, the worker "db". Rows appear while the query runs. */
#include <lodger-qt.hpp>
#include <sqlite3.h>

#include <QAbstractListModel>
#include <QApplication>
#include <QBoxLayout>
#include <QFontDatabase>
#include <QLineEdit>
#include <QListView>
#include <QProgressBar>
#include <QPushButton>

static const char sample[]
    = "CREATE TABLE sale AS WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT 200000)"
      " SELECT date ('2020-01-01', (i / 100) || ' days') AS day, 1 + abs (random () % 12) AS pieces,"
      " abs (random () % 9000) / 100.0 AS price FROM n";

static const char *path = ":memory:";
static sqlite3 *database; /* only the thread of "db" uses it */

/* ---- in the thread of "db" --------------------------------------------------------------------------------------- */

static int
open_database ()
{
  int code = sqlite3_open (path, &database);
  if (code == SQLITE_OK && *path == ':')
    code = sqlite3_exec (database, sample, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    sqlite3_close (std::exchange (database, nullptr));
  return code;
}

/* The stop hook: the last that runs in the thread. */
static void
close_database (LodgerCaller *, void *)
{
  sqlite3_close (std::exchange (database, nullptr));
}

/* SQLite asks every 10,000 steps whether to end. The bar moves meanwhile. */
static int
is_cancelled (void *self)
{
  return lodger_qt_report (static_cast<LodgerPending *> (self), -1, nullptr) != 0;
}

static QString *
row_new (sqlite3_stmt *statement)
{
  auto *text = new QString;
  for (int i = 0; i < sqlite3_column_count (statement); i++)
    {
      const auto *cell = reinterpret_cast<const char *> (sqlite3_column_text (statement, i));
      *text += QString::fromUtf8 (cell != nullptr ? cell : "NULL").leftJustified (14);
    }
  return text;
}

/* A row that is sent waits until the window has room for it, or until the query is cancelled. */
static void
run_query (LodgerPending *self, void *sql)
{
  lodger::answer (self, [self, sql] {
    sqlite3_stmt *statement = nullptr;
    int code = database == nullptr ? open_database () : SQLITE_OK;
    if (code != SQLITE_OK)
      throw lodger::Error ("sqlite", code, QByteArray (path) + ": " + sqlite3_errstr (code));
    sqlite3_progress_handler (database, 10000, is_cancelled, self);
    code = sqlite3_prepare_v2 (database, static_cast<QByteArray *> (sql)->constData (), -1, &statement, nullptr);
    while (statement != nullptr && (code = sqlite3_step (statement)) == SQLITE_ROW)
      if (lodger_qt_send (self, row_new (statement)) != 0)
        break;
    const lodger::Error error ("sqlite", code, sqlite3_errmsg (database));
    sqlite3_progress_handler (database, 0, nullptr, nullptr);
    sqlite3_finalize (statement);
    if (code != SQLITE_OK && code != SQLITE_DONE)
      throw error;
  });
}

/* ---- in the GUI thread ------------------------------------------------------------------------------------------- */

class Rows : public QAbstractListModel {
public:
  int rowCount (const QModelIndex & = {}) const override
  {
    return int (texts_.size ());
  }
  QVariant data (const QModelIndex &index, int role) const override
  {
    return role == Qt::DisplayRole ? texts_.at (index.row ()) : QVariant ();
  }
  void append (void **rows, size_t count)
  {
    beginInsertRows ({}, rowCount (), rowCount () + int (count) - 1);
    for (size_t i = 0; i < count; i++)
      texts_.append (*static_cast<QString *> (rows[i]));
    endInsertRows ();
  }
  void clear ()
  {
    beginResetModel ();
    texts_.clear ();
    endResetModel ();
  }

private:
  QStringList texts_;
};

struct Window : QWidget
{
  QLineEdit sql { "SELECT * FROM sale ORDER BY price DESC" };
  QPushButton run { "&Run" }, cancel { "&Cancel" };
  QProgressBar bar;
  QListView list;
  Rows rows;

  Window ()
  {
    auto *box = new QVBoxLayout (this);
    auto *header = new QHBoxLayout;
    header->addWidget (&run);
    header->addWidget (&cancel);
    header->addWidget (&sql);
    box->addLayout (header);
    box->addWidget (&bar);
    box->addWidget (&list);
    cancel.setEnabled (false);
    bar.setTextVisible (false);
    bar.setRange (0, 1);
    list.setUniformItemSizes (true);
    list.setFont (QFontDatabase::systemFont (QFontDatabase::FixedFont));
    list.setModel (&rows);
    setWindowTitle ("Database");
    resize (560, 480);
    sql.setFocus ();
    connect (&run, &QPushButton::clicked, this, &Window::on_run);
  }
  void on_run ();
};

static void
add_rows (QObject *window, void **rows, size_t count, void *)
{
  static_cast<Window *> (window)->rows.append (rows, count);
}

static void
show_end (QObject *object, LodgerPending *done, void *)
{
  auto *window = static_cast<Window *> (object);
  LodgerError *error = lodger_pending_get_error (done);
  window->setWindowTitle (error != nullptr ? QString (lodger_error_get_message (error))
                                           : QString ("%1 rows").arg (window->rows.rowCount ()));
  window->bar.setRange (0, 1); /* no longer busy */
  window->run.setEnabled (true);
}

void
Window::on_run ()
{
  auto *text = new QByteArray (sql.text ().toUtf8 ());
  rows.clear ();
  run.setEnabled (false);
  setWindowTitle ("Running");
  lodger_qt_run (this, run_query, show_end, text, .worker = "db", .destroy = lodger::destroy<QByteArray>,
                 .items = add_rows, .item_destroy = lodger::destroy<QString>, .timeout = LODGER_SECONDS (60),
                 .cancel_button = &cancel, .progress_bar = &bar);
}

int
main (int argc, char **argv)
{
  QApplication application (argc, argv);
  lodger::Attachment attachment;
  Window window;
  if (argc > 1)
    path = argv[1];
  lodger_caller_unref (lodger_caller_open_child (
      attachment.get (), LODGER_CALLER_OPTIONS (.name = "db", .on_stop = close_database), nullptr));
  window.show ();
  return QApplication::exec ();
}
