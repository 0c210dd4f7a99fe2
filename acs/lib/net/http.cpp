#include "net/http.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace net {

namespace {

constexpr std::array phrases{std::pair{100u, std::string_view{"Continue"}},
                             std::pair{200u, std::string_view{"OK"}},
                             std::pair{201u, std::string_view{"Created"}},
                             std::pair{202u, std::string_view{"Accepted"}},
                             std::pair{204u, std::string_view{"No Content"}},
                             std::pair{206u, std::string_view{"Partial Content"}},
                             std::pair{301u, std::string_view{"Moved Permanently"}},
                             std::pair{302u, std::string_view{"Found"}},
                             std::pair{303u, std::string_view{"See Other"}},
                             std::pair{304u, std::string_view{"Not Modified"}},
                             std::pair{307u, std::string_view{"Temporary Redirect"}},
                             std::pair{308u, std::string_view{"Permanent Redirect"}},
                             std::pair{400u, std::string_view{"Bad Request"}},
                             std::pair{401u, std::string_view{"Unauthorized"}},
                             std::pair{403u, std::string_view{"Forbidden"}},
                             std::pair{404u, std::string_view{"Not Found"}},
                             std::pair{405u, std::string_view{"Method Not Allowed"}},
                             std::pair{406u, std::string_view{"Not Acceptable"}},
                             std::pair{408u, std::string_view{"Request Timeout"}},
                             std::pair{409u, std::string_view{"Conflict"}},
                             std::pair{410u, std::string_view{"Gone"}},
                             std::pair{411u, std::string_view{"Length Required"}},
                             std::pair{412u, std::string_view{"Precondition Failed"}},
                             std::pair{413u, std::string_view{"Content Too Large"}},
                             std::pair{415u, std::string_view{"Unsupported Media Type"}},
                             std::pair{416u, std::string_view{"Range Not Satisfiable"}},
                             std::pair{417u, std::string_view{"Expectation Failed"}},
                             std::pair{422u, std::string_view{"Unprocessable Content"}},
                             std::pair{428u, std::string_view{"Precondition Required"}},
                             std::pair{429u, std::string_view{"Too Many Requests"}},
                             std::pair{431u, std::string_view{"Request Header Fields Too Large"}},
                             std::pair{500u, std::string_view{"Internal Server Error"}},
                             std::pair{501u, std::string_view{"Not Implemented"}},
                             std::pair{502u, std::string_view{"Bad Gateway"}},
                             std::pair{503u, std::string_view{"Service Unavailable"}},
                             std::pair{504u, std::string_view{"Gateway Timeout"}},
                             std::pair{505u, std::string_view{"HTTP Version Not Supported"}},
                             std::pair{507u, std::string_view{"Insufficient Storage"}}};

/// The part of a target behind "scheme://authority".
std::string_view behind_authority(std::string_view target) noexcept
{
    if (target.starts_with('/'))
        return target;
    auto const scheme = target.find("://");
    if (scheme == std::string_view::npos)
        return target;
    auto const path = target.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? std::string_view{} : target.substr(path);
}

}  // namespace

std::string_view status_phrase(unsigned status) noexcept
{
    for (auto const& [known, phrase] : phrases)
        if (known == status)
            return phrase;
    return "Unknown";
}

Response text_response(unsigned status, std::string_view text)
{
    Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = std::string{text};
    return response;
}

std::string_view RequestHead::path() const noexcept
{
    auto const local = behind_authority(target);
    auto const found = local.substr(0, local.find_first_of("?#"));
    return found.empty() ? std::string_view{"/"} : found;
}

std::string_view RequestHead::query() const noexcept
{
    auto const local = behind_authority(target);
    auto const mark = local.find('?');
    if (mark == std::string_view::npos)
        return {};
    auto const query = local.substr(mark + 1);
    return query.substr(0, query.find('#'));
}

bool Request::accepts_gzip() const noexcept
{
    return was_compressed || headers.lists("Accept-Encoding", "gzip");
}

base::Result<FileBody> FileBody::open(std::string const& path)
{
    int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return base::fail(fmt::format("{} cannot be opened: {}", path, std::generic_category().message(errno)));
    struct stat facts{};
    if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        ::close(descriptor);
        return base::fail(fmt::format("{} is not a regular file", path));
    }
    return FileBody{descriptor, static_cast<std::uint64_t>(facts.st_size)};
}

FileBody::FileBody(FileBody&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, size_{other.size_}, offset{other.offset}, length{other.length}
{
}

FileBody& FileBody::operator=(FileBody&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    size_ = other.size_;
    offset = other.offset;
    length = other.length;
    return *this;
}

FileBody::~FileBody()
{
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

BodyPolicy Handler::on_head(RequestHead const&)
{
    return {};
}

bool Handler::may_close(Connection const&) noexcept
{
    return true;
}

}  // namespace net
