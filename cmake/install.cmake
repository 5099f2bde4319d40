# The library for others: core, engine and learn in one archive, its headers, find_package(gradus) and pkg-config.
get_property(layers GLOBAL PROPERTY gradus_layers_with_files)
list(REMOVE_ITEM layers app)
set(objects "")
foreach(layer IN LISTS layers)
  list(APPEND objects $<TARGET_OBJECTS:gradus_${layer}>)
endforeach()

add_library(gradus_library STATIC ${objects})
add_library(gradus::gradus ALIAS gradus_library)
set_target_properties(gradus_library PROPERTIES OUTPUT_NAME gradus EXPORT_NAME gradus LINKER_LANGUAGE CXX)
target_compile_features(gradus_library PUBLIC cxx_std_20)
target_include_directories(gradus_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
# As flags: whoever links the installed archive needs these libraries, but none of their CMake packages, and may have a target `z`.
set(link_flags -lfmt -lhwy -lz)
if(GRADUS_HAS_XSMM)
  list(APPEND link_flags -lxsmm -lxsmmnoblas -lm)
  if(CMAKE_DL_LIBS)
    list(APPEND link_flags -l${CMAKE_DL_LIBS})
  endif()
endif()
if(GRADUS_HAS_ONEDNN)
  list(APPEND link_flags -ldnnl)
endif()
if(GRADUS_HAS_ASMJIT)
  list(APPEND link_flags -lasmjit)
endif()
target_link_libraries(gradus_library PUBLIC Threads::Threads
                      INTERFACE "$<BUILD_INTERFACE:fmt::fmt;ZLIB::ZLIB;${engine_libraries}>" "$<INSTALL_INTERFACE:${link_flags}>")
if(NOT GRADUS_INSTALL)
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS gradus_library EXPORT gradus ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/gradus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inl" PATTERN "app" EXCLUDE)
if(GRADUS_COMMAND)
  install(TARGETS gradus COMPONENT command)
endif()
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
install(EXPORT gradus NAMESPACE gradus:: FILE gradusTargets.cmake DESTINATION ${package_folder} COMPONENT library)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/gradusConfig.cmake.in ${PROJECT_BINARY_DIR}/gradusConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradusConfig.cmake ${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake DESTINATION ${package_folder}
        COMPONENT library)

list(JOIN link_flags " " GRADUS_LINK_FLAGS)
file(RELATIVE_PATH GRADUS_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)  # the installed folder may be moved
configure_file(${CMAKE_CURRENT_LIST_DIR}/gradus.pc.in ${PROJECT_BINARY_DIR}/gradus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gradus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
