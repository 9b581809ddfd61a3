# cmake -D INPUT=file -D NAME=symbol -D OUTPUT=file.cpp -P embed.cmake: the bytes of a file as a C++ array.
file(READ ${INPUT} digits HEX)
string(LENGTH "${digits}" length)
math(EXPR size "${length} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${digits}")
file(WRITE ${OUTPUT}
    "#include \"gateway/embedded.hpp\"\n\n"
    "namespace tocsin::gateway::embedded {\n\n"
    "unsigned char const ${NAME}[] = {${bytes}};\n"
    "std::size_t const ${NAME}_size = ${size};\n\n"
    "}  // namespace tocsin::gateway::embedded\n")
