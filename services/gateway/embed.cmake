# cmake -D INPUT=file -D OUTPUT=file.cpp -P embed.cmake: the bytes of openapi.json as a C++ array.
file(READ ${INPUT} digits HEX)
string(LENGTH "${digits}" length)
math(EXPR size "${length} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${digits}")
file(WRITE ${OUTPUT}
    "#include \"gateway/openapi_json.hpp\"\n\n"
    "namespace tocsin::gateway::embedded {\n\n"
    "unsigned char const openapi_json[] = {${bytes}};\n"
    "std::size_t const openapi_json_size = ${size};\n\n"
    "}  // namespace tocsin::gateway::embedded\n")
