# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One library of the project: a shared one, whose symbols a map names, and a static one of the same objects for tests, which
# may look at private functions. The shared one is installed; with BUILD_SHARED_LIBS=OFF there is only the static one.

include (CMakePackageConfigHelpers)

# lodger_library (<target> NAME <exported name> [LANGUAGE CXX] MAP <file> PC <file> HEADERS <folder>
#                 SOURCES … PUBLIC … PRIVATE …)
# PUBLIC and PRIVATE are what it links; a library of this project is given by its target's name without -static.
function (lodger_library target)
  cmake_parse_arguments (arg "" "NAME;LANGUAGE;MAP;PC;HEADERS" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if (NOT arg_LANGUAGE)
    set (arg_LANGUAGE C)
  endif ()
  if (NOT arg_SOURCES)
    message (STATUS "${target}: no sources yet")
    file (CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${target}-empty.c" CONTENT "typedef int lodger__empty;\n")
    set (arg_SOURCES "${CMAKE_CURRENT_BINARY_DIR}/${target}-empty.c")
  endif ()

  add_library (${target}-objects OBJECT ${arg_SOURCES})
  target_include_directories (${target}-objects PRIVATE "${arg_HEADERS}")
  if (IS_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/src")
    target_include_directories (${target}-objects PRIVATE src)
  endif ()
  add_library (${target}-static STATIC $<TARGET_OBJECTS:${target}-objects>)
  set_target_properties (${target}-static PROPERTIES OUTPUT_NAME ${target})
  set (libraries ${target}-static)
  if (BUILD_SHARED_LIBS)
    add_library (${target} SHARED $<TARGET_OBJECTS:${target}-objects>)
    list (PREPEND libraries ${target})
  else ()
    add_library (${target} ALIAS ${target}-static)
  endif ()
  list (GET libraries 0 installed)

  foreach (lib IN LISTS arg_PUBLIC arg_PRIVATE)
    set (static_lib ${lib})
    if (TARGET ${lib}-static)
      set (static_lib ${lib}-static)
    endif ()
    # Only what it takes to compile: these objects go into both libraries.
    target_link_libraries (${target}-objects PRIVATE ${static_lib})
    target_link_libraries (${target}-static PUBLIC ${static_lib})
  endforeach ()

  foreach (lib IN LISTS libraries)
    target_include_directories (${lib} PUBLIC "$<BUILD_INTERFACE:${arg_HEADERS}>"
                                              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    set_target_properties (${lib} PROPERTIES LINKER_LANGUAGE ${arg_LANGUAGE})
  endforeach ()
  if (BUILD_SHARED_LIBS)
    target_link_libraries (${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    # The program's own search path is not asked for the libraries that only this one needs.
    set_target_properties (${target} PROPERTIES
      VERSION ${PROJECT_VERSION} SOVERSION 0 LINK_DEPENDS "${arg_MAP}" INSTALL_RPATH "$ORIGIN")
    # A library that was used stays loaded: threads end by its code, and GLib keeps its types and quarks for good.
    target_link_options (${target} PRIVATE
      "LINKER:--version-script=${arg_MAP}" LINKER:--as-needed "LINKER:-z,nodelete")
    if (NOT LODGER_SANITIZE)
      target_link_options (${target} PRIVATE LINKER:--no-undefined)
    endif ()
  endif ()
  set_target_properties (${installed} PROPERTIES EXPORT_NAME ${arg_NAME})
  add_library (Lodger::${arg_NAME} ALIAS ${installed})

  # An installed tree may be moved: the paths count from the .pc file, unless somebody asked for absolute ones.
  file (RELATIVE_PATH prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
  foreach (dir IN ITEMS LIBDIR INCLUDEDIR)
    string (TOLOWER "pc_${dir}" pc_dir)
    cmake_path (ABSOLUTE_PATH CMAKE_INSTALL_${dir} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE ${pc_dir})
  endforeach ()
  configure_file ("${arg_PC}" "${PROJECT_BINARY_DIR}/pkgconfig/${target}.pc" @ONLY)
  install (TARGETS ${installed} EXPORT lodger-${arg_NAME} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
           ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install (EXPORT lodger-${arg_NAME} NAMESPACE Lodger:: FILE Lodger-${arg_NAME}.cmake
           DESTINATION "${CMAKE_INSTALL_LIBDIR}/cmake/Lodger")
  install (DIRECTORY "${arg_HEADERS}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h"
           PATTERN "*.hpp")
  install (FILES "${PROJECT_BINARY_DIR}/pkgconfig/${target}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endfunction ()

function (lodger_install_package)
  set (dir "${CMAKE_INSTALL_LIBDIR}/cmake/Lodger")
  # The components that cannot be linked without GLib.
  set (lodger_with_glib_inside "glib|gtk4")
  if (NOT BUILD_SHARED_LIBS AND LODGER_WITH_GLIB)
    string (APPEND lodger_with_glib_inside "|qt6")
  endif ()
  configure_package_config_file ("${PROJECT_SOURCE_DIR}/cmake/LodgerConfig.cmake.in"
                                 "${PROJECT_BINARY_DIR}/LodgerConfig.cmake" INSTALL_DESTINATION "${dir}")
  write_basic_package_version_file ("${PROJECT_BINARY_DIR}/LodgerConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install (FILES "${PROJECT_BINARY_DIR}/LodgerConfig.cmake" "${PROJECT_BINARY_DIR}/LodgerConfigVersion.cmake"
           DESTINATION "${dir}")
  if (PROJECT_IS_TOP_LEVEL)
    add_custom_target (uninstall
      COMMAND "${CMAKE_COMMAND}" "-Dmanifest=${PROJECT_BINARY_DIR}/install_manifest.txt"
              -P "${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake"
      COMMENT "" VERBATIM)
  endif ()
endfunction ()
