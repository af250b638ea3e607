# cmake -DFOLDER=… -DFILES=a;b -DOUT=x.cpp -P embed.cmake: writes each file as a string_view named after it.
set(code "#include \"daemon/http/page/embedded.h\"\n\nnamespace cr::daemon::embedded {\n\n")
foreach(file IN LISTS FILES)
  file(READ "${FOLDER}/${file}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER "${file}" name)
  string(APPEND code "constexpr char ${name}_bytes[] = {${bytes}0};\n"
                     "constinit const std::string_view ${name}{${name}_bytes, sizeof(${name}_bytes) - 1};\n\n")
endforeach()
string(APPEND code "}  // namespace cr::daemon::embedded\n")
file(WRITE "${OUT}" "${code}")
