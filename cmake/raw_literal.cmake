# raw_literal(VARIABLE FILE): the text of FILE as C++ string literals, one behind the other: compilers bound the length of
# one, so each is a piece of 8,000 characters.
function(raw_literal variable file)
    file(READ ${file} text)
    string(LENGTH "${text}" length)
    set(pieces "")
    set(start 0)
    while(start LESS length)
        string(SUBSTRING "${text}" ${start} 8000 piece)
        string(APPEND pieces "R\"embedded(${piece})embedded\"\n")
        math(EXPR start "${start} + 8000")
    endwhile()
    set(${variable} "${pieces}" PARENT_SCOPE)
endfunction()
