// Precompiles what nearly every test includes; see tests/CMakeLists.txt.
