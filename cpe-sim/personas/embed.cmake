# cmake -DFILES=a.txt;b.txt -DOUTPUT=x.cpp -P embed.cmake: writes the files as C++ strings.
set(texts "")
set(names "")
set(number 0)
foreach(file IN LISTS FILES)
    file(READ ${file} text)
    # Compilers bound the length of one literal: pieces of 8,000 characters.
    set(pieces "")
    string(LENGTH "${text}" length)
    set(start 0)
    while(start LESS length)
        string(SUBSTRING "${text}" ${start} 8000 piece)
        string(APPEND pieces "    R\"persona(${piece})persona\"\n")
        math(EXPR start "${start} + 8000")
    endwhile()
    string(APPEND texts "constexpr std::string_view text_${number} =\n${pieces};\n\n")
    string(APPEND names "    text_${number},\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "#include \"device/persona_texts.hpp\"\n\n#include <array>\n\nnamespace sim {\nnamespace {\n\n"
     "${texts}constexpr std::array<std::string_view, ${number}> all{\n${names}};\n\n}  // namespace\n\n"
     "std::span<std::string_view const> persona_texts() { return all; }\n\n}  // namespace sim\n")
