/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The columns of the list of files: what they show, in which order somebody wants the list by clicks on their titles,
 * and where they are and how wide, which is kept from one run of the program to the next.
 */
#ifndef LODGER_SCAN_FILES_COLUMNS_H
#define LODGER_SCAN_FILES_COLUMNS_H

#include "../order.h"
#include "../settings.h"
#include "cells.h"

typedef struct FilesColumns FilesColumns;

/* A list of the model (consumed) with these columns. `changed` runs when another order is wanted. */
FilesColumns *files_columns_new (GListModel *model, void (*changed) (void *data), void *data);
/* After its widget has gone. */
void files_columns_free (FilesColumns *columns);
/* Made by cells_new(). */
GtkWidget *files_columns_get_cells (FilesColumns *columns);

/* What the rows are about. NULL: nothing. Not owned. */
void files_columns_set_store (FilesColumns *columns, const Store *store);
/* The order that is wanted now. */
Order files_columns_get_order (FilesColumns *columns);
/* Takes the columns from there, and puts them there when they change. Not owned. */
void files_columns_set_settings (FilesColumns *columns, Settings *settings);

#endif
