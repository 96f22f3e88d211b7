// SPDX-License-Identifier: LGPL-2.1-or-later
/* Downloads into the current folder, three at a time. Each has a bar, and a button that cancels it. */
#include <lodger-qt.hpp>

#include <QApplication>
#include <QBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSaveFile>
#include <QScrollArea>
#include <QStyle>
#include <QUrl>

#include <cerrno>
#include <netdb.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <vector>

/* ---- in a worker: blocking functions, each of which ends when the call is cancelled ------------------------------ */

/* A cancel hangs up, in any thread. The descriptor is closed when neither the cancel nor the work needs it. */
static void
hang_up (LodgerPending *, const char *, void *descriptor)
{
  shutdown (*static_cast<int *> (descriptor), SHUT_RDWR);
}

static void
close_descriptor (void *descriptor)
{
  close (*static_cast<int *> (descriptor));
  delete static_cast<int *> (descriptor);
}

/* What a function of the system says, unless somebody has hung up. */
static ssize_t
check (lodger::Self self, ssize_t result)
{
  const int code = errno;
  self.check ();
  if (result < 0)
    throw std::system_error (code, std::generic_category ());
  return result;
}

static int
connect_to (lodger::Self self, const QUrl &url)
{
  addrinfo hints = {}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  const int code = getaddrinfo (url.host ().toUtf8 ().constData (), QByteArray::number (url.port (80)).constData (),
                                &hints, &found);
  if (code != 0)
    throw std::runtime_error (gai_strerror (code));
  const std::unique_ptr<addrinfo, decltype (&freeaddrinfo)> address (found, freeaddrinfo);
  const int descriptor = int (check (self, socket (address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  lodger_pending_set_canceller (self.get (), hang_up, new int (descriptor), close_descriptor);
  check (self, connect (descriptor, address->ai_addr, address->ai_addrlen));
  return descriptor;
}

static QByteArray
receive (lodger::Self self, int descriptor)
{
  QByteArray block (65536, Qt::Uninitialized);
  block.truncate (check (self, recv (descriptor, block.data (), size_t (block.size ()), 0)));
  return block;
}

static void
download (lodger::Self self, const QUrl &url)
{
  lodger_qt_report (self.get (), 0, "Connecting");
  const int descriptor = connect_to (self, url);
  const QByteArray path = url.toEncoded (QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment);
  const QByteArray question = "GET /" + path.mid (1) + " HTTP/1.0\r\nHost: " + url.authority ().toUtf8 () + "\r\n\r\n";
  QByteArray answer, block;
  check (self, send (descriptor, question.constData (), size_t (question.size ()), MSG_NOSIGNAL));
  while (!answer.contains ("\r\n\r\n") && !(block = receive (self, descriptor)).isEmpty ())
    answer += block;
  const QByteArray head = answer.left (answer.indexOf ("\r\n\r\n") + 2), status = head.left (head.indexOf ('\r'));
  if (!status.contains (" 200 "))
    throw std::runtime_error ("The server says: " + (status.isEmpty () ? "nothing" : status.toStdString ()));
  const qsizetype field = head.toLower ().indexOf ("\r\ncontent-length:") + 17;
  const qint64 size = field < 17 ? 0 : head.mid (field, head.indexOf ('\r', field) - field).trimmed ().toLongLong ();
  QSaveFile file (url.fileName ()); /* it has the name only after the commit */
  if (!file.open (QIODevice::WriteOnly))
    throw std::runtime_error (file.errorString ().toStdString ());
  block = answer.mid (head.size () + 2);
  do
    {
      if (file.write (block) != block.size ())
        throw std::runtime_error (file.errorString ().toStdString ());
      lodger_qt_report (self.get (), size > 0 ? double (file.pos ()) / double (size) : -1,
                        QLocale ().formattedDataSize (file.pos ()).toUtf8 ().constData ());
      block = receive (self, descriptor);
    }
  while (!block.isEmpty ());
  if (file.pos () < size)
    throw std::runtime_error ("The server has sent too little");
  if (!file.commit ())
    throw std::runtime_error (file.errorString ().toStdString ());
}

static void
fetch (LodgerPending *self, void *url)
{
  lodger::answer (self, [url] (lodger::Self work) { download (work, *static_cast<QUrl *> (url)); });
}

/* ---- in the GUI thread ------------------------------------------------------------------------------------------- */

struct Window : QWidget
{
  QLineEdit entry;
  QPushButton cancel_all { "Cancel &All" };
  QVBoxLayout *list = nullptr;
  LodgerLimiter *three = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 3));
  std::vector<lodger::Pending<void>> downloads;
  int over = 0;

  Window ()
  {
    auto *box = new QVBoxLayout (this);
    auto *header = new QHBoxLayout;
    auto *area = new QScrollArea;
    auto *rows = new QWidget;
    list = new QVBoxLayout (rows);
    list->setAlignment (Qt::AlignTop);
    area->setWidget (rows);
    area->setWidgetResizable (true);
    header->addWidget (&entry);
    header->addWidget (&cancel_all);
    box->addLayout (header);
    box->addWidget (area);
    entry.setFocus ();
    entry.setPlaceholderText ("http://…");
    setWindowTitle ("Downloads");
    resize (620, 480);
    connect (&entry, &QLineEdit::returnPressed, this, &Window::on_url);
    connect (&cancel_all, &QPushButton::clicked, this, [this] {
      for (const auto &download : downloads)
        download.cancel ("the user has cancelled all");
    });
  }
  ~Window () override
  {
    lodger_limiter_unref (three);
  }
  void on_url ();
};

static void
show_end (QObject *object, LodgerPending *done, void *)
{
  auto *bar = static_cast<QProgressBar *> (object);
  auto *window = static_cast<Window *> (bar->window ());
  LodgerError *error = lodger_pending_get_error (done);
  bar->setFormat (error != nullptr ? lodger_error_get_message (error) : "Saved");
  window->setWindowTitle (QString ("%1 of %2 downloads over").arg (++window->over).arg (window->downloads.size ()));
}

void
Window::on_url ()
{
  auto *url = new QUrl (entry.text ());
  auto *row = new QHBoxLayout;
  auto *label = new QLabel (fontMetrics ().elidedText (url->fileName (), Qt::ElideMiddle, 150));
  auto *bar = new QProgressBar;
  auto *cancel = new QPushButton (style ()->standardIcon (QStyle::SP_DialogCancelButton), {});
  label->setFixedWidth (150);
  bar->setFormat ("Waiting");
  bar->setValue (0);
  row->addWidget (label);
  row->addWidget (bar);
  row->addWidget (cancel);
  list->addLayout (row);
  entry.clear ();
  downloads.emplace_back (lodger_qt_run_full (bar, fetch, show_end, url,
                                              LODGER_QT_RUN_OPTIONS (.destroy = lodger::destroy<QUrl>, .limiter = three,
                                                                     .progress_bar = bar, .cancel_button = cancel)));
}

int
main (int argc, char **argv)
{
  QApplication application (argc, argv);
  lodger::Attachment attachment;
  Window window;
  window.show ();
  return QApplication::exec ();
}
