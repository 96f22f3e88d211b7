/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files-page.h"

#include <QAction>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QUrl>
#include <cstring>

enum
{
  NAME,
  FOLDER,
  SIZE,
  TYPE,
  TWICE
};

static const std::vector<Column> &
get_columns ()
{
  static const std::vector<Column> columns = {
    { "Name", 24, COLUMN_EXPAND | COLUMN_MIDDLE },
    { "Folder", 28, COLUMN_EXPAND | COLUMN_MIDDLE | COLUMN_DIM },
    { "Size", 12, COLUMN_NUMBER },
    { "Type", 28, COLUMN_MIDDLE },
    { "Twice", 12, COLUMN_DIM },
  };
  return columns;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

FileRows::FileRows () : Rows (get_columns ())
{
}

void
FileRows::set_store (const Store *another)
{
  clear ();
  store = another;
}

quint32
FileRows::count () const
{
  return store == nullptr ? 0 : store->files->len;
}

const StoreFile *
FileRows::get_file (quint32 number) const
{
  return &g_array_index (store->files, StoreFile, number);
}

const char *
FileRows::get_type (const StoreFile *file) const
{
  return g_array_index (store->types, StoreType, file->type).name;
}

void
FileRows::append_text (GString *text, quint32 number, int column) const
{
  const StoreFile *const file = get_file (number);
  switch (column)
    {
    case NAME: text_append_shown (text, file->name); break;
    case FOLDER:
      g_string_truncate (path, 0);
      store_append_path (path, file->dir, nullptr);
      text_append_shown (text, path.bytes ());
      break;
    case SIZE: text_append_size (text, file->size); break;
    case TYPE: text_append_shown (text, get_type (file)); break;
    case TWICE: g_string_append (text, store_has_twin (store, file) ? "duplicate" : ""); break;
    default: break;
    }
}

static int
compare_names (const char *a, const char *b)
{
  const int order = g_ascii_strcasecmp (a, b);
  return order != 0 ? order : strcmp (a, b);
}

int
FileRows::compare (quint32 number_a, quint32 number_b, int column) const
{
  const StoreFile *const a = get_file (number_a);
  const StoreFile *const b = get_file (number_b);
  switch (column)
    {
    case NAME: return compare_names (a->name, b->name);
    case FOLDER: return a->dir == b->dir ? 0 : store_compare_paths (a->dir, nullptr, b->dir, nullptr);
    case SIZE: return (a->size > b->size) - (a->size < b->size);
    case TYPE: return a->type == b->type ? 0 : strcmp (get_type (a), get_type (b));
    case TWICE: return store_has_twin (store, a) - store_has_twin (store, b);
    default: return 0;
    }
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

FilesPage::FilesPage (std::function<void ()> wake) : Page (QStyle::SP_DirIcon)
{
  const auto open = new QAction ("Open", this);
  const auto copy = new QAction ("Copy path", this);
  list = list_new_table ("Files", get_columns (), &rows);
  rows.set_wake (std::move (wake));
  set_content (list);
  copy->setShortcut (QKeySequence::Copy);
  copy->setShortcutContext (Qt::WidgetWithChildrenShortcut);
  list->addActions ({ open, copy });
  list->setContextMenuPolicy (Qt::ActionsContextMenu);
  connect (open, &QAction::triggered, [this] () { open_selected (); });
  connect (copy, &QAction::triggered, [this] () { copy_selected (); });
  connect (list, &QAbstractItemView::activated, [this] () { open_selected (); });
}

void
FilesPage::set (const Store *another, const char *its_folder)
{
  rows.set_store (another);
  store = another;
  folder = its_folder;
  refresh (false);
}

bool
FilesPage::grow ()
{
  return rows.grow ();
}

/* A file that is in sight may have got a twin. */
void
FilesPage::refresh (bool over)
{
  if (store != nullptr && store->files->len > 0)
    list->viewport ()->update ();
  else if (over)
    show_words ("No files", "There is no regular file in this folder, nor in those in it.");
  if (!over || (store != nullptr && store->files->len > 0))
    show_content ();
}

QByteArray
FilesPage::get_selected () const
{
  const QModelIndex index = list->currentIndex ();
  Shown path;
  if (store == nullptr || !index.isValid ())
    return {};
  const StoreFile *const file = rows.get_file (rows.number_of (index));
  store_append_path (path, file->dir, file->name);
  char *const whole = g_build_filename (folder, path.bytes (), nullptr);
  const QByteArray bytes (whole);
  g_free (whole);
  return bytes;
}

bool
FilesPage::open_selected ()
{
  const QByteArray path = get_selected ();
  char *const uri = path.isEmpty () ? nullptr : g_filename_to_uri (path.constData (), nullptr, nullptr);
  const bool opened = uri != nullptr && QDesktopServices::openUrl (QUrl::fromEncoded (uri, QUrl::StrictMode));
  g_free (uri);
  return opened;
}

bool
FilesPage::copy_selected ()
{
  const QByteArray path = get_selected ();
  if (path.isEmpty ())
    return false;
  const bool is_text = g_utf8_validate (path.constData (), -1, nullptr);
  QGuiApplication::clipboard ()->setText (is_text ? QString::fromUtf8 (path) : shown (path.constData ()));
  return true;
}
