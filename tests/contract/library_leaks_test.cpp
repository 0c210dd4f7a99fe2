// libpqxx 6.4 forgets the result of a statement during which its connection was lost (about 2 KB each time). The tests
// lose connections on purpose; everything else that leaks is reported.
extern "C" char const* __lsan_default_suppressions();
extern "C" char const* __lsan_default_suppressions()
{
    return "leak:libpqxx\n";
}
