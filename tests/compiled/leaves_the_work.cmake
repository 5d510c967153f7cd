# Fails for an object that has code for what the compiled library holds.
#   cmake -DOBJECT=<object> -DNM=<nm> -P leaves_the_work.cmake
execute_process(COMMAND "${NM}" -C --defined-only "${OBJECT}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(STRIP "${symbols}" symbols)
string(REPLACE ";" "," symbols "${symbols}")
string(REPLACE "\n" ";" symbols "${symbols}")
set(verbs build_rulebook output_sites gather_gemm_scatter build_site_set select_sites unite_sites intersect_sites matching_rows
    prune mask_above mask_largest onto_sites channel_to_space space_to_channel occupancy_above take_rows_or_zeros
    find_cells_of_points map_of_positions interpolate)  # what a cloud is given to passes it on to these
list(JOIN verbs "|" verbs)
list(FILTER symbols INCLUDE REGEX "on_cpu::|on_seq::|v0_1::(${verbs})<")
if(symbols)
  list(JOIN symbols "\n  " symbols)
  message(FATAL_ERROR "${OBJECT} has code of its own for what the library holds:\n  ${symbols}")
endif()
