// A PEM file of certificates, as an operator may put it in place: it is read or refused.
#include "net/tls.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

/// A file that is there for this program only.
std::string const& file_name()
{
    static std::string const name = "/tmp/acs-certificate-fuzz-" + std::to_string(::getpid());
    return name;
}

void write(std::uint8_t const* data, std::size_t size)
{
    auto* const file = std::fopen(file_name().c_str(), "wb");
    if (file == nullptr || std::fwrite(data, 1, size, file) != size || std::fclose(file) != 0)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    write(data, size);
    auto const facts = net::read_certificate_facts(file_name());
    ::unlink(file_name().c_str());
    if (facts && (facts->file != file_name() || facts->authority.empty()))
        std::abort();
    return 0;
}
