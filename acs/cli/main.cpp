#include "cli/run.hpp"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

std::optional<std::string> environment(std::string const& name)
{
    auto const* const value = std::getenv(name.c_str());
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>{value};
}

/// Columns of the terminal that is written to; 0 when it is a file or a pipe.
std::size_t terminal_width()
{
    winsize size{};
    return ::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/// Reads a line that the terminal does not show while it is typed.
std::optional<std::string> ask_secret(std::string const& prompt)
{
    termios shown{};
    bool const is_terminal = ::tcgetattr(STDIN_FILENO, &shown) == 0;
    if (is_terminal) {
        auto hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        std::cerr << prompt << std::flush;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    std::string line;
    bool const is_read = static_cast<bool>(std::getline(std::cin, line));
    if (is_terminal) {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        std::cerr << '\n';
    }
    return is_read ? std::optional{line} : std::nullopt;
}

}  // namespace

int main(int count, char** arguments)
{
    try {
        return cli::run({arguments + 1, arguments + count},
                        {std::cout, std::cerr, terminal_width(), environment, ::isatty(STDERR_FILENO) != 0, ask_secret,
                         ::isatty(STDIN_FILENO) != 0});
    } catch (std::exception const& failure) {
        std::cerr << "acsctl: " << failure.what() << '\n';
        return 1;
    }
}
