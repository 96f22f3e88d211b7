# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Removes the files that the last `cmake --install` of this build has put somewhere, and the folders that only they were
# in. -Dmanifest= names the list of them.
if (NOT EXISTS "${manifest}")
  message (FATAL_ERROR "Nothing is installed from this build: there is no ${manifest}")
endif ()

file (STRINGS "${manifest}" files)
set (folders "")
foreach (file IN LISTS files)
  set (path "$ENV{DESTDIR}${file}")
  if (EXISTS "${path}" OR IS_SYMLINK "${path}")
    file (REMOVE "${path}")
    if (EXISTS "${path}" OR IS_SYMLINK "${path}")
      message (FATAL_ERROR "${path} cannot be removed")
    endif ()
    message (STATUS "Removed: ${path}")
  else ()
    message (STATUS "Not there: ${path}")
  endif ()
  get_filename_component (folder "${path}" DIRECTORY)
  get_filename_component (name "${folder}" NAME)
  # The others are shared with other packages.
  if (name MATCHES "^([Ll]odger|lodger_gdb)$")
    list (APPEND folders "${folder}")
  endif ()
  # Below this one, gdb has a folder for each folder with libraries.
  while (folder MATCHES "/gdb/auto-load/")
    list (APPEND folders "${folder}")
    get_filename_component (folder "${folder}" DIRECTORY)
  endwhile ()
endforeach ()
list (REMOVE_DUPLICATES folders)
list (SORT folders ORDER DESCENDING) # the inner ones first
foreach (folder IN LISTS folders)
  execute_process (COMMAND rmdir "${folder}" ERROR_QUIET)
endforeach ()
file (REMOVE "${manifest}")
