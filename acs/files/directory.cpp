#include "files/directory.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/offload.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

namespace files {

namespace {

constexpr std::size_t name_bytes = 16;  // random, written as hexadecimal
constexpr std::string_view unfinished = ".receiving-";
constexpr std::chrono::hours leftover_age{24};

std::unexpected<base::Error> failure(std::string_view what, std::string_view path, int error)
{
    return base::fail(fmt::format("cannot {} {}: {}", what, path, std::generic_category().message(error)));
}

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int value) : value_{value} {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (value_ >= 0)
            ::close(value_);
    }
    [[nodiscard]] int value() const noexcept { return value_; }

private:
    int value_;
};

/// SHA-256 of what comes in pieces.
class Digest {
public:
    Digest() : context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free}
    {
        EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
    }
    void add(std::string_view piece) { EVP_DigestUpdate(context_.get(), piece.data(), piece.size()); }
    /// Of all that was added; nothing may be added afterwards.
    [[nodiscard]] std::string const& hex()
    {
        if (!hex_.empty())
            return hex_;
        std::string bytes(EVP_MAX_MD_SIZE, '\0');
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
        bytes.resize(size);
        return hex_ = base::to_hex(bytes);
    }

private:
    std::string hex_;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

class Receiver final : public domain::FileReceiver {
public:
    Receiver(std::string folder, std::string name, int descriptor, boost::asio::thread_pool& pool)
        : folder_{std::move(folder)}, name_{std::move(name)}, file_{descriptor}, pool_{pool}
    {
    }
    ~Receiver() override
    {
        if (!is_kept_)
            ::unlink(hidden_path().c_str());
    }

    base::Result<void> write(std::string_view piece) override
    {
        digest_.add(piece);
        size_ += piece.size();
        while (!piece.empty()) {
            auto const written = ::write(file_.value(), piece.data(), piece.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return failure("write to", hidden_path(), errno);
            piece.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    std::string sha256() override { return digest_.hex(); }

    base::Awaitable<base::Result<domain::StoredFile>> commit() override
    {
        auto work = [this] { return keep(); };
        auto const kept = co_await base::offload(pool_, std::move(work));
        if (!kept)
            co_return std::unexpected{kept.error()};
        co_return domain::StoredFile{name_, size_, digest_.hex()};
    }

private:
    [[nodiscard]] std::string hidden_path() const { return fmt::format("{}/{}{}", folder_, unfinished, name_); }

    /// Durable: first the bytes, then the name.
    base::Result<void> keep()
    {
        if (::fsync(file_.value()) != 0)
            return failure("write to", hidden_path(), errno);
        auto const path = fmt::format("{}/{}", folder_, name_);
        if (::rename(hidden_path().c_str(), path.c_str()) != 0)
            return failure("create", path, errno);
        is_kept_ = true;
        Descriptor const folder{::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (folder.value() < 0 || ::fsync(folder.value()) != 0)
            return failure("write to", folder_, errno);
        return {};
    }

    std::string folder_;
    std::string name_;
    Descriptor file_;
    boost::asio::thread_pool& pool_;
    Digest digest_;
    std::uint64_t size_ = 0;
    bool is_kept_ = false;
};

void delete_leftovers(std::string const& folder)
{
    std::error_code error;
    auto const oldest = std::filesystem::file_time_type::clock::now() - leftover_age;
    for (auto const& entry : std::filesystem::directory_iterator{folder, error}) {
        auto const is_leftover = entry.path().filename().string().starts_with(unfinished);
        if (!is_leftover || entry.last_write_time(error) > oldest || error)
            continue;
        std::filesystem::remove(entry.path(), error);
        base::log::info("files.leftover_deleted", {{"file", entry.path().filename().string()}});
    }
}

bool is_stored_name(std::string_view name)
{
    auto const is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return name.size() == 2 * name_bytes && std::ranges::all_of(name, is_digit);
}

}  // namespace

base::Result<std::unique_ptr<Directory>> Directory::open(std::string folder, boost::asio::thread_pool& pool)
{
    std::error_code error;
    auto const is_new = std::filesystem::create_directories(folder, error);
    if (error)
        return failure("create the file directory", folder, error.value());
    if (is_new)
        std::filesystem::permissions(folder, std::filesystem::perms{0750}, error);
    if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
        return failure("use the file directory", folder, errno);
    delete_leftovers(folder);
    return std::unique_ptr<Directory>{new Directory{std::move(folder), pool}};
}

base::Result<std::unique_ptr<domain::FileReceiver>> Directory::receive()
{
    auto name = base::random_hex(name_bytes);
    auto const path = fmt::format("{}/{}{}", folder_, unfinished, name);
    auto const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (descriptor < 0)
        return failure("create", path, errno);
    return std::make_unique<Receiver>(folder_, std::move(name), descriptor, pool_);
}

base::Result<std::string> Directory::path_of(std::string_view stored_as) const
{
    if (!is_stored_name(stored_as))
        return base::fail(
            fmt::format("\"{}\" is not the name of a stored file ({} hexadecimal digits)", stored_as, 2 * name_bytes));
    return fmt::format("{}/{}", folder_, stored_as);
}

base::Awaitable<base::Result<void>> Directory::remove(std::string stored_as)
{
    auto path = path_of(stored_as);
    if (!path)
        co_return std::unexpected{path.error()};
    auto work = [path = *std::move(path)]() -> base::Result<void> {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return failure("delete", path, errno);
        return {};
    };
    co_return co_await base::offload(pool_, std::move(work));
}

}  // namespace files
