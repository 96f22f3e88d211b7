/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "row.h"

struct _Row
{
  GObject parent;
  char *texts[ROW_COLUMNS];
  int status;
};

G_DEFINE_FINAL_TYPE (Row, row, G_TYPE_OBJECT)

static void
row_finalize (GObject *object)
{
  Row *row = ROW_ROW (object);
  for (int column = 0; column < ROW_COLUMNS; column++)
    g_free (row->texts[column]);
  G_OBJECT_CLASS (row_parent_class)->finalize (object);
}

static void
row_class_init (RowClass *class)
{
  G_OBJECT_CLASS (class)->finalize = row_finalize;
}

static void
row_init (Row *row)
{
  (void) row;
}

Row *
row_new (const ServerRequest *request)
{
  Row *row = g_object_new (ROW_TYPE, NULL);
  GDateTime *now = g_date_time_new_now_local ();
  row->texts[ROW_TIME] = g_date_time_format (now, "%H:%M:%S");
  row->texts[ROW_METHOD] = g_strdup (request->method);
  row->texts[ROW_PATH] = g_utf8_make_valid (request->path, -1);
  row->texts[ROW_STATUS] = g_strdup_printf ("%d", request->status);
  row->status = request->status;
  g_date_time_unref (now);
  return row;
}

const char *
row_get_text (Row *row, RowColumn column)
{
  return row->texts[column];
}

int
row_get_status (Row *row)
{
  return row->status;
}
