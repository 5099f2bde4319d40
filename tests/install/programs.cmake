# The programs of the projects here.
add_library(z INTERFACE)  # a name that gradus links, and a host may have
set(here ${CMAKE_CURRENT_LIST_DIR})
add_executable(consumer ${here}/consumer.cpp)
target_link_libraries(consumer PRIVATE gradus::gradus)
add_library(plugin MODULE ${here}/plugin.cpp)
target_link_libraries(plugin PRIVATE gradus::gradus)
set_target_properties(plugin PROPERTIES PREFIX "" SUFFIX ".so")
add_executable(loader ${here}/loader.cpp)
target_link_libraries(loader PRIVATE ${CMAKE_DL_LIBS})
