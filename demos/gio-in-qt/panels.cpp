/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panels.h"

#include "digest.h"

#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>
#include <QTreeWidget>
#include <QVBoxLayout>

enum
{
  ROOM = 12,
  SMALL_ROOM = 6,
  MOST_EVENTS = 1000
};

static const QString roomy = QStringLiteral ("QAbstractItemView::item { padding: 3px; }");

static QLabel *
make_faint (const QString &text)
{
  const auto label = new QLabel (text);
  label->setForegroundRole (QPalette::PlaceholderText);
  label->setTextFormat (Qt::PlainText);
  return label;
}

/* ---- any --------------------------------------------------------------------------------------------------------- */

Panel::Panel (const QString &title)
{
  const auto head = new QHBoxLayout;
  const auto name = new QLabel (title);
  const auto body = new QWidget;
  QFont font = name->font ();
  font.setBold (true);
  font.setPointSizeF (font.pointSizeF () * 1.15);
  name->setFont (font);
  detail = make_faint (QString ());
  head->addWidget (name);
  head->addStretch ();
  head->addWidget (detail);
  empty = make_faint (QString ());
  empty->setAlignment (Qt::AlignCenter);
  empty->setWordWrap (true);
  stack = new QStackedLayout (body);
  stack->addWidget (empty);
  content = new QVBoxLayout (this);
  content->setContentsMargins (ROOM, ROOM, ROOM, ROOM);
  content->setSpacing (SMALL_ROOM);
  content->addLayout (head);
  content->addWidget (body, 1);
  setFrameShape (QFrame::StyledPanel);
  setBackgroundRole (QPalette::Base);
  setAutoFillBackground (true);
}

void
Panel::setDetail (const QString &text)
{
  detail->setText (text);
}

void
Panel::setBody (QWidget *body)
{
  stack->addWidget (body);
}

void
Panel::setEmptyText (const QString &text)
{
  empty->setText (text);
  stack->setCurrentIndex (text.isEmpty () ? 1 : 0);
}

/* ---- volumes ----------------------------------------------------------------------------------------------------- */

class VolumesPanel::Row : public QWidget {
public:
  explicit Row (const Volume &volume)
  {
    const auto column = new QVBoxLayout (this);
    const auto line = new QHBoxLayout;
    const auto path = new QLabel (QString::fromStdString (volume.path));
    path->setTextFormat (Qt::PlainText);
    free = make_faint (QString ());
    bar = new QProgressBar;
    bar->setTextVisible (false);
    bar->setFixedHeight (8);
    bar->setRange (0, 1000);
    line->addWidget (path, 1);
    line->addWidget (free);
    column->setContentsMargins (0, 0, 0, ROOM);
    column->setSpacing (3);
    column->addLayout (line);
    column->addWidget (bar);
    column->addWidget (
        make_faint (QStringLiteral ("%1 on %2")
                        .arg (QString::fromStdString (volume.type), QString::fromStdString (volume.device))));
  }

  void tell (const Volume &volume)
  {
    const QLocale locale;
    if (volume.size == 0)
      {
        free->setText (QStringLiteral ("size not known"));
        bar->setValue (0);
        return;
      }
    free->setText (
        QStringLiteral ("%1 free of %2")
            .arg (locale.formattedDataSize (qint64 (volume.free)), locale.formattedDataSize (qint64 (volume.size))));
    bar->setValue (int (1000.0 * double (volume.size - volume.free) / double (volume.size)));
  }

private:
  QLabel *free;
  QProgressBar *bar;
};

VolumesPanel::VolumesPanel () : Panel (QStringLiteral ("Volumes")), volumes ([this] { display (); })
{
  const auto area = new QScrollArea;
  rows = new QWidget;
  const auto column = new QVBoxLayout (rows);
  column->setContentsMargins (0, 0, ROOM, 0);
  column->addStretch (1);
  area->setWidget (rows);
  area->setWidgetResizable (true);
  area->setFrameShape (QFrame::NoFrame);
  area->setHorizontalScrollBarPolicy (Qt::ScrollBarAlwaysOff);
  area->viewport ()->setBackgroundRole (QPalette::Base);
  rows->setBackgroundRole (QPalette::Base);
  setBody (area);
  display ();
}

void
VolumesPanel::display ()
{
  const auto &all = volumes.get_all ();
  int index = 0;
  if (rows == nullptr)
    return;
  const auto column = static_cast<QVBoxLayout *> (rows->layout ());
  for (auto row = shown.begin (); row != shown.end ();)
    if (all.count (row->first) == 0)
      {
        delete row->second;
        row = shown.erase (row);
      }
    else
      row++;
  for (const auto &pair : all)
    {
      auto &row = shown[pair.first];
      if (row == nullptr)
        column->insertWidget (index, row = new Row (pair.second));
      row->tell (pair.second);
      index++;
    }
  setDetail (all.empty () ? QString () : QStringLiteral ("%1 mounted").arg (all.size ()));
  setEmptyText (all.empty () ? QStringLiteral ("Nothing is mounted that holds files.") : QString ());
}

/* ---- the bus ----------------------------------------------------------------------------------------------------- */

BusPanel::BusPanel () : Panel (QStringLiteral ("Session bus")), bus ([this] { display (); })
{
  const auto body = new QWidget;
  const auto column = new QVBoxLayout (body);
  filter = new QLineEdit;
  filter->setPlaceholderText (QStringLiteral ("Filter names"));
  filter->setClearButtonEnabled (true);
  list = new QListWidget;
  list->setAlternatingRowColors (true);
  list->setUniformItemSizes (true);
  list->setStyleSheet (roomy);
  filter->setTextMargins (SMALL_ROOM, 0, SMALL_ROOM, 0);
  column->setContentsMargins (0, 0, 0, 0);
  column->setSpacing (SMALL_ROOM);
  column->addWidget (filter);
  column->addWidget (list, 1);
  setBody (body);
  setEmptyText (QStringLiteral ("Connecting…"));
  connect (filter, &QLineEdit::textChanged, this, [this] { display (); });
  bus.connect (Bus::session_address ());
}

void
BusPanel::display ()
{
  if (bus.get_state () != Bus::State::READY)
    {
      setDetail (QString ());
      setEmptyText (QString::fromStdString (bus.get_reason ())
                    + QStringLiteral ("\n\nTo see one, start the program with\ndbus-run-session gio-in-qt"));
      return;
    }
  const QString wanted = filter->text ();
  const QString selected = list->currentItem () != nullptr ? list->currentItem ()->text () : QString ();
  list->clear ();
  for (const auto &name : bus.get_names ())
    {
      const QString text = QString::fromStdString (name);
      if (!text.contains (wanted, Qt::CaseInsensitive))
        continue;
      list->addItem (text);
      if (text == selected)
        list->setCurrentRow (list->count () - 1);
    }
  setDetail (QStringLiteral ("Names: %1, connections: %2").arg (bus.get_names ().size ()).arg (bus.get_connections ()));
  setEmptyText (QString ());
}

/* ---- a folder ---------------------------------------------------------------------------------------------------- */

FolderPanel::FolderPanel ()
    : Panel (QStringLiteral ("Folder")), folder ([this] (const FolderEvent &event) { add (event); })
{
  const auto choice = new QPushButton (QStringLiteral ("Choose folder…"));
  const auto line = new QHBoxLayout;
  list = new QTreeWidget;
  list->setHeaderLabels ({ QStringLiteral ("Time"), QStringLiteral ("What"), QStringLiteral ("File") });
  list->setRootIsDecorated (false);
  list->setAlternatingRowColors (true);
  list->setUniformRowHeights (true);
  list->setStyleSheet (roomy);
  list->setColumnWidth (0, 110);
  list->setColumnWidth (1, 100);
  compute = new QPushButton (QStringLiteral ("SHA-256"));
  compute->setToolTip (QStringLiteral ("Read the selected file"));
  outcome = new QLineEdit;
  outcome->setReadOnly (true);
  outcome->setPlaceholderText (QStringLiteral ("Select a file for its SHA-256"));
  compute->setEnabled (false);
  outcome->setTextMargins (SMALL_ROOM, 0, SMALL_ROOM, 0);
  for (const auto button : { choice, compute })
    button->setMinimumSize (button->sizeHint ().width () + 2 * ROOM, button->sizeHint ().height () + SMALL_ROOM);
  outcome->setMinimumHeight (choice->minimumHeight ());
  line->addWidget (choice);
  line->addSpacing (ROOM);
  line->addWidget (outcome, 1);
  line->addWidget (compute);
  setBody (list);
  getLayout ()->addLayout (line);
  connect (choice, &QPushButton::clicked, this, [this] { choose (); });
  connect (compute, &QPushButton::clicked, this, [this] { digest (); });
  connect (list, &QTreeWidget::currentItemChanged, this,
           [this] (QTreeWidgetItem *item) { compute->setEnabled (item != nullptr || cancellable != nullptr); });
  connect (list, &QTreeWidget::itemActivated, this, [this] { digest (); });
}

FolderPanel::~FolderPanel ()
{
  if (cancellable != nullptr)
    g_cancellable_cancel (cancellable.get ());
}

void
FolderPanel::watch (const QString &chosen)
{
  const std::string error = folder.watch (QFile::encodeName (chosen).toStdString ());
  path = chosen;
  list->clear ();
  setDetail (chosen);
  setEmptyText (error.empty ()
                    ? QStringLiteral ("Nothing has happened in this folder yet.\nCreate, write or delete a file in it.")
                    : QString::fromStdString (error));
}

void
FolderPanel::choose ()
{
  const QString chosen = QFileDialog::getExistingDirectory (this, QStringLiteral ("Watch a folder"), path);
  if (!chosen.isEmpty ())
    watch (chosen);
}

void
FolderPanel::add (const FolderEvent &event)
{
  const auto item
      = new QTreeWidgetItem ({ QDateTime::currentDateTime ().toString (QStringLiteral ("HH:mm:ss.zzz")),
                               QString::fromStdString (event.what), QFile::decodeName (event.name.c_str ()) });
  item->setData (0, Qt::UserRole, QByteArray::fromStdString (event.path));
  list->insertTopLevelItem (0, item);
  if (list->topLevelItemCount () > MOST_EVENTS)
    delete list->takeTopLevelItem (MOST_EVENTS);
  setEmptyText (QString ());
}

/* The button cancels as long as a file is being read. */
void
FolderPanel::digest ()
{
  const QTreeWidgetItem *const item = list->currentItem ();
  if (cancellable != nullptr)
    {
      g_cancellable_cancel (cancellable.get ());
      return;
    }
  if (item == nullptr)
    return;
  const Ref<GFile> file (g_file_new_for_path (item->data (0, Qt::UserRole).toByteArray ().constData ()));
  cancellable.reset (g_cancellable_new ());
  compute->setText (QStringLiteral ("Cancel"));
  outcome->setText (QString ());
  outcome->setPlaceholderText (QStringLiteral ("Reading %1…").arg (item->text (2)));
  digest_file_async (file.get (), cancellable.get (), digested, new QPointer<FolderPanel> (this));
}

void
FolderPanel::digested (GObject *file, GAsyncResult *result, gpointer data)
{
  const std::unique_ptr<QPointer<FolderPanel>> pointer (static_cast<QPointer<FolderPanel> *> (data));
  FolderPanel *self = *pointer;
  GError *error = nullptr;
  const std::string digits = take (digest_file_finish (G_FILE (file), result, &error));
  const QString why = QString::fromStdString (take (error));
  if (self == nullptr)
    return;
  self->cancellable.reset ();
  self->compute->setText (QStringLiteral ("SHA-256"));
  self->compute->setEnabled (self->list->currentItem () != nullptr);
  self->outcome->setText (QString::fromStdString (digits));
  self->outcome->setCursorPosition (0);
  self->outcome->setPlaceholderText (why);
}
