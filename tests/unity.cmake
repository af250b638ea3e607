# clang-tidy looks at several files of the product as one, and the thread sanitizer runs such: most of the time that a file takes goes
# into the libraries' headers. Nothing else is built so, since a file could then mean by a name what another has given it. These name
# what another of their target names, too, and stand by themselves.
function(cr_apart target)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# The libraries' own code asks to be included by itself.
set_target_properties(cr_asio PROPERTIES UNITY_BUILD OFF)

set(root ${PROJECT_SOURCE_DIR})
# Each field is written alike.
file(GLOB fields ${root}/reconcile/fields/*.cpp)
cr_apart(cr_reconcile ${fields} ${root}/reconcile/cycle/look_back.cpp ${root}/reconcile/cycle/look_ups.cpp
  ${root}/reconcile/read/reader.cpp ${root}/reconcile/read/read_progress.cpp)
cr_apart(cr_specs ${root}/specs/decode/set_document.cpp)
# nlohmann's json in the others, simdjson's in these.
cr_apart(cr_coder ${root}/reconcile/coder/http_watcher.cpp ${root}/reconcile/coder/list_page.cpp)
cr_apart(cr_daemon ${root}/daemon/config/settings.cpp ${root}/daemon/export/merge.cpp ${root}/daemon/http/page/trend.cpp ${root}/daemon/http/streaming.cpp)
# Written when all before it is built.
cr_apart(cr_daemon ${PROJECT_BINARY_DIR}/daemon/embedded.cpp)
