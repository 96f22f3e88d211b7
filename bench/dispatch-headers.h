/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdispatch's headers ask for what gcc does not have. */
#ifndef LODGER_BENCH_DISPATCH_HEADERS_H
#define LODGER_BENCH_DISPATCH_HEADERS_H

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#ifndef __has_extension
#define __has_extension(extension) 0
#endif

#include <dispatch/dispatch.h>

#endif
