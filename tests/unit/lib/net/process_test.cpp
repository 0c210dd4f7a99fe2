// Starts other programs for the tests of this folder; *_test.cpp so that the folder's program takes it in.
#include "process.hpp"

#include "net_fixture.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace test {

namespace {

pid_t spawn(std::vector<std::string> const& command, std::string const& input_file, std::string const& output_file)
{
    std::vector<char*> arguments;
    for (auto const& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_t const pid = ::fork();
    if (pid != 0)
        return pid;
    int const in = ::open(input_file.c_str(), O_RDONLY);
    int const out = ::open(output_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

Outcome run_program(std::vector<std::string> const& command, std::string const& input)
{
    TemporaryFolder const folder;
    std::ofstream{folder / "in"} << input;
    std::vector<std::string> limited{"timeout", "30"};
    limited.insert(limited.end(), command.begin(), command.end());
    int status = 0;
    ::waitpid(spawn(limited, folder / "in", folder / "out"), &status, 0);
    std::ifstream file{folder / "out"};
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, {std::istreambuf_iterator<char>{file}, {}}};
}

Process::Process(std::vector<std::string> const& command, std::string const& output_file)
    : pid_{spawn(command, "/dev/null", output_file)}
{
}

Process::~Process()
{
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

}  // namespace test
