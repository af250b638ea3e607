# Where several files of a test program are compiled as one, these stand by themselves: what they call by a name another of their
# program calls by it, too.
function(cr_test_apart target)
  get_target_property(sources ${target} SOURCES)
  get_target_property(directory ${target} SOURCE_DIR)
  foreach(name IN LISTS ARGN)
    set(files ${sources})
    list(FILTER files INCLUDE REGEX "(^|/)${name}$")
    if(NOT files)
      message(SEND_ERROR "${target} has no ${name} that could stand apart")
    endif()
    list(TRANSFORM files PREPEND ${directory}/ REGEX "^[^/]")
    set_source_files_properties(${files} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endforeach()
endfunction()

cr_test_apart(cr_standin control.cpp decode.cpp routes_audit.cpp routes_builds.cpp routes_organizations.cpp routes_server.cpp
  routes_templates.cpp routes_users.cpp routes_workspaces.cpp seed.cpp template_json.cpp user_json.cpp)
cr_test_apart(cr_standin_test replay.cpp replay_test.cpp server_test.cpp state_test.cpp)
cr_test_apart(specs_test broken_defaults_test.cpp clock_changes_test.cpp exceptions_test.cpp field_edit_test.cpp hostile_input_test.cpp misleading_test.cpp
  parse_test.cpp schedule_test.cpp spec_list_test.cpp warnings_test.cpp workspace_set_test.cpp)
cr_test_apart(reconcile_diff_test first_build_test.cpp)
cr_test_apart(reconcile_plan_test properties_test.cpp)
cr_test_apart(reconcile_forecast_test remarks_test.cpp standing_test.cpp)
cr_test_apart(reconcile_memory_test field_memory_test.cpp)
cr_test_apart(reconcile_report_test render_golden_test.cpp visible_test.cpp)
cr_test_apart(reconcile_coder_test directory_test.cpp audit_test.cpp retry_test.cpp token_test.cpp)
cr_test_apart(metrics_test run_exposition_test.cpp)
cr_test_apart(cr_daemon_test export_merge_test.cpp json_reference_test.cpp load_rule_test.cpp next_start_test.cpp pack_test.cpp
  selector_test.cpp sync_trend_test.cpp)
cr_test_apart(cycle_test read_back_test.cpp)
cr_test_apart(cycle_faults_test set_faults_test.cpp)
cr_test_apart(cr_daemon_process_test apply_histories_test.cpp defaults_test.cpp plan_by_daemon_test.cpp publish_test.cpp
  run_test.cpp status_test.cpp)
# The product's own code.
set_target_properties(cr_fuzz_front PROPERTIES UNITY_BUILD OFF)
