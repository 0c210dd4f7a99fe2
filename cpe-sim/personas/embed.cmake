# cmake -DFILES=a.txt;b.txt -DOUTPUT=x.cpp -P embed.cmake: writes the files as C++ strings.
include(${CMAKE_CURRENT_LIST_DIR}/../../cmake/raw_literal.cmake)
set(texts "")
set(names "")
set(number 0)
foreach(file IN LISTS FILES)
    raw_literal(text ${file})
    string(APPEND texts "constexpr std::string_view text_${number} =\n${text};\n\n")
    string(APPEND names "    text_${number},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"device/persona_texts.hpp\"\n\n#include <array>\n\nnamespace sim {\nnamespace {\n\n"
     "${texts}constexpr std::array<std::string_view, ${number}> all{\n${names}};\n\n}  // namespace\n\n"
     "std::span<std::string_view const> persona_texts() { return all; }\n\n}  // namespace sim\n")
