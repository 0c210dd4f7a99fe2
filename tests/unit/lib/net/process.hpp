#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace test {

/// What a program did that ran to its end.
struct Outcome {
    int status = -1;
    std::string output;  ///< standard output and standard error
};

/// Runs a program with `input` on its standard input, at most 30 s.
[[nodiscard]] Outcome run_program(std::vector<std::string> const& command, std::string const& input = "");

/// A program that runs until this is destroyed.
class Process {
public:
    Process(std::vector<std::string> const& command, std::string const& output_file);
    ~Process();
    Process(Process const&) = delete;
    Process& operator=(Process const&) = delete;

private:
    pid_t pid_;
};

}  // namespace test
