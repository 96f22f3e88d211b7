/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request as an object, for the window's list. */
#ifndef UV_IN_GTK_ROW_H
#define UV_IN_GTK_ROW_H

#include "server.h"

#include <glib-object.h>

#define ROW_TYPE (row_get_type ())
G_DECLARE_FINAL_TYPE (Row, row, ROW, ROW, GObject)

typedef enum RowColumn
{
  ROW_TIME,
  ROW_METHOD,
  ROW_PATH,
  ROW_STATUS,
  ROW_COLUMNS
} RowColumn;

/* It came just now. */
Row *row_new (const ServerRequest *request);
const char *row_get_text (Row *row, RowColumn column);
int row_get_status (Row *row);

#endif
