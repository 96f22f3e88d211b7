/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types-page.h"

#include "shown.h"

#include <shares.h>

#include <QPainter>
#include <QPainterPath>
#include <algorithm>

static const int PADDING = 24;
static const int STRIP_HEIGHT = 32;
static const int ROW_HEIGHT = 34;
static const int BAR_HEIGHT = 10;
static const int SQUARE = 12;
static const int NUMBER_WIDTH = 90;
static const int MOST_ROWS = 24;

/* ---- the chart --------------------------------------------------------------------------------------------------- */

class Chart : public QWidget {
public:
  Chart ()
  {
    setMinimumSize (480, 3 * PADDING + STRIP_HEIGHT + 4 * ROW_HEIGHT);
    setAccessibleName ("Bytes by type");
  }

  const Store *store = nullptr;

protected:
  void paintEvent (QPaintEvent *event) override;

private:
  QColor colour_of (guint index, const Share &share) const;
  void draw_text (QPainter &painter, const QString &text, QRectF place, int align, double strength) const;
  void draw_strip (QPainter &painter, const GArray *shares, double total) const;
  void draw_share (QPainter &painter, const Share &share, guint index, double largest, double total, double y) const;
};

/* The theme's own accent, turned round the circle of hues: neighbours differ, and both themes can be read. The tail is
 * grey. */
QColor
Chart::colour_of (guint index, const Share &share) const
{
  static const double golden = 0.381966;
  QColor text = palette ().color (QPalette::WindowText);
  if (share.name == nullptr)
    {
      text.setAlphaF (0.35F);
      return text;
    }
  const double start = std::max (palette ().color (QPalette::Highlight).hueF (), 0.0F);
  const double hue = start + index * golden;
  const bool dark = text.lightness () > 127;
  return QColor::fromHsvF (static_cast<float> (hue - static_cast<int> (hue)), dark ? 0.55F : 0.65F,
                           dark ? 0.90F : 0.80F);
}

void
Chart::draw_text (QPainter &painter, const QString &text, QRectF place, int align, double strength) const
{
  QColor colour = palette ().color (QPalette::WindowText);
  colour.setAlphaF (static_cast<float> (strength));
  painter.setPen (colour);
  painter.drawText (place, align | Qt::AlignVCenter,
                    fontMetrics ().elidedText (text, Qt::ElideMiddle, static_cast<int> (place.width ())));
}

void
Chart::draw_strip (QPainter &painter, const GArray *shares, double total) const
{
  const QRectF strip (PADDING, PADDING, width () - 2 * PADDING, STRIP_HEIGHT);
  QPainterPath outline;
  double x = strip.left ();
  outline.addRoundedRect (strip, 6, 6);
  painter.save ();
  painter.setClipPath (outline);
  for (guint i = 0; i < shares->len; i++)
    {
      const Share &share = g_array_index (shares, Share, i);
      const double part = strip.width () * static_cast<double> (share.bytes) / total;
      /* A gap of the page's colour between neighbours, where there is room for one. */
      painter.fillRect (QRectF (x, strip.top (), std::max (part - (part > 3 ? 1 : 0), 0.0), strip.height ()),
                        colour_of (i, share));
      x += part;
    }
  painter.restore ();
}

static void
draw_bar (QPainter &painter, const QRectF &bar, const QColor &colour, double radius)
{
  painter.setPen (Qt::NoPen);
  painter.setBrush (colour);
  painter.drawRoundedRect (bar, radius, radius);
}

void
Chart::draw_share (QPainter &painter, const Share &share, guint index, double largest, double total, double y) const
{
  Shown text;
  const double name_width = std::clamp (width () * 0.30, 120.0, 320.0);
  const double count_width = width () > 640 ? 110 : 0;
  const double bar_x = PADDING + 22 + name_width + 12;
  const double right = width () - PADDING - count_width;
  const double bar_width = right - 2 * NUMBER_WIDTH - 12 - bar_x;
  const double middle = y + ROW_HEIGHT / 2.0;
  const QColor colour = colour_of (index, share);

  draw_bar (painter, QRectF (PADDING, middle - SQUARE / 2.0, SQUARE, SQUARE), colour, 3);
  draw_text (painter, share.name == nullptr ? QStringLiteral ("other") : shown (share.name),
             QRectF (PADDING + 22, y, name_width, ROW_HEIGHT), Qt::AlignLeft, 1);
  if (bar_width > 20)
    {
      const double part = bar_width * static_cast<double> (share.bytes) / largest;
      QColor ground = palette ().color (QPalette::WindowText);
      ground.setAlphaF (0.08F);
      draw_bar (painter, QRectF (bar_x, middle - BAR_HEIGHT / 2.0, bar_width, BAR_HEIGHT), ground, 5);
      draw_bar (painter, QRectF (bar_x, middle - BAR_HEIGHT / 2.0, std::max (part, 2.0), BAR_HEIGHT), colour,
                std::min (part / 2, 5.0));
    }
  text_append_size (text, share.bytes);
  draw_text (painter, text.take (), QRectF (right - 2 * NUMBER_WIDTH, y, NUMBER_WIDTH, ROW_HEIGHT), Qt::AlignRight, 1);
  text_append_tenths (text, 100 * static_cast<double> (share.bytes) / total);
  g_string_append (text, " %");
  draw_text (painter, text.take (), QRectF (right - NUMBER_WIDTH, y, NUMBER_WIDTH, ROW_HEIGHT), Qt::AlignRight, 0.65);
  if (count_width > 0)
    {
      text_append_count (text, share.files);
      g_string_append (text, share.files == 1 ? " file" : " files");
      draw_text (painter, text.take (), QRectF (right, y, count_width, ROW_HEIGHT), Qt::AlignRight, 0.65);
    }
}

void
Chart::paintEvent (QPaintEvent *)
{
  QPainter painter (this);
  const int room = (height () - 3 * PADDING - STRIP_HEIGHT) / ROW_HEIGHT;
  GArray *const shares = shares_new (store, static_cast<guint> (std::clamp<int> (room, 2, MOST_ROWS)));
  const double total = store == nullptr ? 1 : static_cast<double> (std::max<guint64> (store->bytes, 1));
  double y = 2 * PADDING + STRIP_HEIGHT;
  double largest = 1;
  painter.setRenderHint (QPainter::Antialiasing);
  for (guint i = 0; i < shares->len; i++)
    largest = std::max (largest, static_cast<double> (g_array_index (shares, Share, i).bytes));
  draw_strip (painter, shares, total);
  for (guint i = 0; i < shares->len; i++, y += ROW_HEIGHT)
    draw_share (painter, g_array_index (shares, Share, i), i, largest, total, y);
  g_array_unref (shares);
}

/* ---- the page ---------------------------------------------------------------------------------------------------- */

TypesPage::TypesPage () : Page (QStyle::SP_FileDialogDetailedView), chart (new Chart)
{
  set_content (chart);
}

void
TypesPage::set (const Store *another)
{
  store = chart->store = another;
  refresh (false);
}

void
TypesPage::refresh (bool over)
{
  if (store == nullptr || store->types->len == 0)
    {
      show_words ("No types", over ? "Without files there are none." : "None was found yet.");
      return;
    }
  show_content ();
  chart->update ();
  if (over)
    {
      /* For those who do not see it. */
      Shown text;
      shares_append (text, store);
      chart->setAccessibleDescription (text.take ());
    }
}
