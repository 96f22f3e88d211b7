# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A Debian package of lodger-scan, made by `cpack` in the build folder, or by `./dev package`.
if (NOT PROJECT_IS_TOP_LEVEL OR NOT LODGER_WITH_GTK)
  return ()
endif ()

set (CPACK_GENERATOR DEB)
set (CPACK_PACKAGE_NAME lodger-scan)
set (CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set (CPACK_PACKAGE_CONTACT "The authors of Lodger <lodger@localhost>")
set (CPACK_PACKAGE_DESCRIPTION_SUMMARY "see what takes the room in a folder, and what is there twice")
set (CPACK_PACKAGE_DESCRIPTION "\
Lodger Scan lists the files of a folder while it reads them, adds up what
folders and types of files take, and finds files that are there more than
once. It moves these to the Bin, deletes them, or makes them links of one
copy, and compares them byte by byte right before.
.
It has a window, and a face for scripts: lodger-scan --headless.")
set (CPACK_PACKAGING_INSTALL_PREFIX /usr)
set (CPACK_STRIP_FILES ON)
# The libraries of this project are not in it.
set (CPACK_COMPONENTS_ALL scan)
set (CPACK_DEB_COMPONENT_INSTALL ON)
set (CPACK_DEBIAN_SCAN_PACKAGE_NAME lodger-scan)
set (CPACK_DEBIAN_SCAN_FILE_NAME DEB-DEFAULT)
set (CPACK_DEBIAN_SCAN_PACKAGE_SECTION utils)
set (CPACK_DEBIAN_SCAN_PACKAGE_SHLIBDEPS ON)
set (CPACK_DEBIAN_SCAN_PACKAGE_RECOMMENDS "dbus-user-session | dbus-x11, gvfs")
set (CPACK_COMPONENT_SCAN_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")

# What Debian's rules ask for.
file (CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/changelog" @ONLY CONTENT "\
lodger-scan (@PROJECT_VERSION@) unstable; urgency=low

  * Made by CPack. CHANGELOG.md in the source tells what is new.

 -- The authors of Lodger <lodger@localhost>  Thu, 01 Jan 1970 00:00:00 +0000
")
find_program (LODGER_GZIP gzip)
mark_as_advanced (LODGER_GZIP)
if (LODGER_GZIP)
  add_custom_command (OUTPUT changelog.gz COMMAND "${LODGER_GZIP}" -9nc changelog > changelog.gz DEPENDS
                      "${CMAKE_CURRENT_BINARY_DIR}/changelog" COMMENT "" VERBATIM)
  add_custom_target (lodger-scan-changelog ALL DEPENDS changelog.gz)
  add_dependencies (lodger-scan-package lodger-scan-changelog)
  install (FILES "${CMAKE_CURRENT_BINARY_DIR}/changelog.gz" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/lodger-scan"
           COMPONENT scan)
endif ()
install (FILES data/copyright DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/lodger-scan" COMPONENT scan)
include (CPack)
