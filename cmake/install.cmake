# The library for others: core, engine and learn in one archive, its headers, find_package(gradus) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

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
target_include_directories(gradus_library PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# By plain name: whoever links the installed archive needs these libraries, but none of their CMake packages but for fmt, ZLIB and threads.
set(link_names fmt hwy z)
if(GRADUS_HAS_XSMM)
  list(APPEND link_names xsmm xsmmnoblas m ${CMAKE_DL_LIBS})
endif()
if(GRADUS_HAS_ONEDNN)
  list(APPEND link_names dnnl)
endif()
target_link_libraries(gradus_library PUBLIC Threads::Threads INTERFACE ${link_names})

install(TARGETS gradus_library EXPORT gradus ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY src/gradus DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inl" PATTERN "app" EXCLUDE)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/gradus)
install(EXPORT gradus NAMESPACE gradus:: FILE gradusTargets.cmake DESTINATION ${package_folder})
configure_package_config_file(cmake/gradusConfig.cmake.in ${PROJECT_BINARY_DIR}/gradusConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/gradusConfig.cmake ${PROJECT_BINARY_DIR}/gradusConfigVersion.cmake DESTINATION ${package_folder})

list(TRANSFORM link_names PREPEND "-l" OUTPUT_VARIABLE link_flags)
list(JOIN link_flags " " GRADUS_LINK_FLAGS)
file(RELATIVE_PATH GRADUS_PREFIX_FROM_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)  # the installed folder may be moved
configure_file(cmake/gradus.pc.in ${PROJECT_BINARY_DIR}/gradus.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/gradus.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
