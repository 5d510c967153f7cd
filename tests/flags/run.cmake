# Builds a program and keeps what it prints.
#   cmake -DCOMMAND=<compiler, flags and source> -DPROGRAM=<file> -DOUTPUT=<file> -P run.cmake
execute_process(COMMAND ${COMMAND} -o "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" OUTPUT_FILE "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
