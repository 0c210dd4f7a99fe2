// The file listener over a real HTTP server on loopback.
#include "files/file_listener.hpp"

#include "base/crypto.hpp"
#include "files/directory.hpp"
#include "net/http_client.hpp"
#include "net/server.hpp"
#include "net/url.hpp"
#include "support/fake_files.hpp"
#include "support/run.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <iterator>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
namespace asio = boost::asio;
namespace fs = std::filesystem;

class FileListenerTest : public testing::Test {
protected:
    FileListenerTest()
    {
        auto pattern = (fs::temp_directory_path() / "acs-listener-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        directory_ = *files::Directory::open(folder_.string(), pool_);
        limits.upload_bytes = 1000;
        threads_.start();
    }
    ~FileListenerTest() override
    {
        server_.stop();
        threads_.stop();
        fs::remove_all(folder_);
    }

    /// Starts to listen; `limits` count from now on.
    void start()
    {
        listener_.emplace(files::FileServices{store, *directory_, tokens, clock_, metrics}, limits,
                          net::DigestSettings{"files", "0123456789abcdef"});
        net::Listener listener;
        listener.name = "files";
        listener.address = "127.0.0.1";
        auto const opened = server_.listen(listener, *listener_);
        if (!opened)
            throw std::runtime_error{opened.error().what};
    }

    /// Runs on the server's thread: the fakes are for one thread.
    template <class T>
    T on_server(std::function<base::Awaitable<T>()> work)
    {
        std::promise<T> promise;
        threads_.spawn(0, [&]() -> base::Awaitable<void> {
            try {
                promise.set_value(co_await work());
            } catch (...) {
                promise.set_exception(std::current_exception());
            }
        });
        return promise.get_future().get();
    }

    domain::FileId keep(std::string const& content)
    {
        return on_server<domain::FileId>([this, content]() -> base::Awaitable<domain::FileId> {
            auto receiver = *directory_->receive();
            EXPECT_TRUE(receiver->write(content));
            auto const stored = co_await receiver->commit();
            domain::File file;
            file.name = "image.bin";
            file.size = stored->size;
            file.sha256 = stored->sha256;
            file.stored_as = stored->stored_as;
            file.created = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
            auto const added = co_await store.add(file);
            co_return added.id;
        });
    }
    /// Grants a transfer; its path.
    std::string grant(std::optional<domain::FileId> file, std::function<void(domain::Transfer&)> const& change = {})
    {
        domain::Transfer transfer;
        transfer.token = tokens.make();
        transfer.device = domain::DeviceKey{7};
        transfer.task = domain::TaskId{8};
        transfer.is_upload = !file;
        transfer.file = file;
        transfer.file_name = "image one.bin";
        transfer.file_type = "1 Firmware Upgrade Image";
        transfer.expires_at = clock_.now() + 1h;
        if (change)
            change(transfer);
        return on_server<std::string>([this, transfer]() -> base::Awaitable<std::string> {
            co_await store.grant(transfer);
            co_return "/f/" + transfer.token + "/" + net::percent_encoded(transfer.file_name);
        });
    }
    std::string download(std::string const& content = "0123456789",
                         std::function<void(domain::Transfer&)> const& change = {})
    {
        return grant(keep(content), change);
    }
    std::string upload(std::function<void(domain::Transfer&)> const& change = {})
    {
        return grant(std::nullopt, change);
    }
    /// What came of uploads, newest last.
    std::vector<domain::File> kept()
    {
        return on_server<std::vector<domain::File>>([this] { return store.list(0, 100); });
    }
    std::size_t files_on_disk() { return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder_}, {})); }

    /// The ready answer to a request; it fails the test when there is none.
    net::ClientResponse ask(std::string const& method, std::string const& path, net::Headers headers = {},
                            std::string body = "", std::optional<net::Credentials> login = std::nullopt,
                            bool allow_basic = true)
    {
        auto work = [&]() -> base::Awaitable<net::ClientResult> {
            net::ClientConnection connection{url(path), {}};
            net::ClientRequest request;
            request.method = method;
            request.target = path;
            request.headers = std::move(headers);
            request.has_body = !body.empty();
            request.body = std::move(body);
            net::ClientLogin with{login.value_or(net::Credentials{}), allow_basic};
            auto result = login ? co_await connection.exchange(std::move(request), with)
                                : co_await connection.exchange(std::move(request));
            co_return result;
        };
        auto result = support::run(work());
        if (!result)
            throw std::runtime_error{result.error().what};
        return *std::move(result);
    }
    net::Url url(std::string const& path)
    {
        return *net::parse_url("http://127.0.0.1:" + std::to_string(port()) + path);
    }
    std::uint16_t port() const { return server_.local_port("files"); }

    /// Sends bytes as they are and reads until the server closes.
    std::string raw(std::string const& bytes)
    {
        asio::io_context context;
        asio::ip::tcp::socket socket{context};
        socket.connect({asio::ip::address_v4::loopback(), port()});
        asio::write(socket, asio::buffer(bytes));
        std::string answer;
        boost::system::error_code end;
        asio::read(socket, asio::dynamic_buffer(answer), end);
        return answer;
    }
    static net::Headers header(std::string_view name, std::string_view value)
    {
        net::Headers headers;
        headers.add(name, value);
        return headers;
    }

    support::FakeFileStore store;
    domain::FileTokens tokens{"a key of the nodes"};
    files::FileLimits limits;
    base::Metrics metrics;

private:
    base::SystemClock clock_;
    asio::thread_pool pool_{1};
    fs::path folder_;
    std::unique_ptr<files::Directory> directory_;
    std::optional<files::FileListener> listener_;
    net::Threads threads_{1};
    net::Server server_{threads_, metrics};
};

TEST_F(FileListenerTest, AFileIsServedWithItsNameAtTheEndOfTheUrl)
{
    start();
    auto const path = download();
    EXPECT_THAT(path, testing::EndsWith("/image%20one.bin"));
    EXPECT_EQ(path.find('?'), std::string::npos);
    auto const answer = ask("GET", path);
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.body, "0123456789");
    EXPECT_EQ(answer.headers.get("Accept-Ranges"), "bytes");
    EXPECT_EQ(answer.headers.get("Last-Modified"), "Sun, 01 Mar 2026 00:00:00 GMT");
    EXPECT_EQ(ask("GET", path).body, "0123456789") << "a second time, after a failure of the CPE";
}

TEST_F(FileListenerTest, HeadTellsTheSizeWithoutTheBytes)
{
    start();
    auto const path = download();
    auto const answer = ask("HEAD", path);
    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.headers.get("Content-Length"), "10");
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(ask("HEAD", path, header("Range", "bytes=0-1")).status, 200u);
}

TEST_F(FileListenerTest, APartIsServedByRange)
{
    start();
    auto const path = download();
    auto const answer = ask("GET", path, header("Range", "bytes=3-5"));
    EXPECT_EQ(answer.status, 206u);
    EXPECT_EQ(answer.body, "345");
    EXPECT_EQ(answer.headers.get("Content-Range"), "bytes 3-5/10");
    EXPECT_EQ(ask("GET", path, header("Range", "bytes=-2")).body, "89");
    EXPECT_EQ(ask("GET", path, header("Range", "bytes=8-")).body, "89");
    EXPECT_EQ(ask("GET", path, header("Range", "lines=1-2")).body, "0123456789");
}

TEST_F(FileListenerTest, ARangeBehindTheEndIsRefusedWithTheSize)
{
    start();
    auto const answer = ask("GET", download(), header("Range", "bytes=10-"));
    EXPECT_EQ(answer.status, 416u);
    EXPECT_EQ(answer.headers.get("Content-Range"), "bytes */10");
}

TEST_F(FileListenerTest, ARangeOfAnotherVersionGetsTheWholeFile)
{
    start();
    auto const path = download();
    std::string const etag{ask("HEAD", path).headers.get("ETag")};
    auto with = [&](std::string_view condition) {
        auto headers = header("Range", "bytes=3-5");
        headers.add("If-Range", condition);
        return ask("GET", path, headers).body;
    };
    EXPECT_EQ(with(etag), "345");
    EXPECT_EQ(with("Sun, 01 Mar 2026 00:00:00 GMT"), "345");
    EXPECT_EQ(with("\"another\""), "0123456789");
}

TEST_F(FileListenerTest, WhatTheClientHasAlreadyIsNotSentAgain)
{
    start();
    auto const path = download();
    auto const etag = std::string{ask("HEAD", path).headers.get("ETag")};
    auto const answer = ask("GET", path, header("If-None-Match", "\"x\", " + etag));
    EXPECT_EQ(answer.status, 304u);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(ask("GET", path, header("If-None-Match", "\"x\"")).status, 200u);
    EXPECT_EQ(ask("GET", path, header("If-Modified-Since", "Sun, 01 Mar 2026 00:00:00 GMT")).status, 304u);
}

TEST_F(FileListenerTest, OnlyALivingTokenOpensTheDoor)
{
    start();
    EXPECT_EQ(ask("GET", download("x", [](domain::Transfer& t) { t.expires_at = base::TimePoint{1s}; })).status, 404u);
    EXPECT_EQ(ask("GET", "/f/" + tokens.make() + "/image.bin").status, 404u) << "genuine, but never granted";
    EXPECT_EQ(ask("GET", "/f/" + domain::FileTokens{"another key, of others"}.make() + "/image.bin").status, 404u);
    EXPECT_EQ(ask("GET", "/f/short/image.bin").status, 404u);
    EXPECT_EQ(ask("GET", "/etc/passwd").status, 404u);
    EXPECT_EQ(ask("PUT", "/f/" + domain::FileTokens{"another key, of others"}.make() + "/x", {}, "body").status, 404u);
    EXPECT_TRUE(kept().size() == 1);
    EXPECT_EQ(files_on_disk(), 1u);
}

TEST_F(FileListenerTest, ATokenServesOneDirectionOnly)
{
    start();
    EXPECT_EQ(ask("GET", upload()).status, 404u);
    EXPECT_EQ(ask("PUT", download(), {}, "overwritten?").status, 404u);
    EXPECT_EQ(files_on_disk(), 1u);
    EXPECT_EQ(ask("DELETE", download()).status, 405u);
}

TEST_F(FileListenerTest, AFileThatWasRemovedIsNotThere)
{
    start();
    auto const file = keep("gone");
    auto const path = grant(file);
    EXPECT_TRUE(on_server<bool>([&] { return store.remove(file); }));
    EXPECT_EQ(ask("GET", path).status, 404u);
}

TEST_F(FileListenerTest, AnUploadIsKeptWithItsNameSizeAndDigest)
{
    start();
    for (auto const* method : {"PUT", "POST"}) {
        EXPECT_EQ(ask(method, upload(), {}, "the log of a CPE").status, 201u) << method;
        auto const file = kept().back();
        EXPECT_EQ(file.name, "image one.bin");
        EXPECT_EQ(file.file_type, "1 Firmware Upgrade Image");
        EXPECT_EQ(file.size, 16u);
        EXPECT_EQ(file.sha256, base::to_hex(base::sha256("the log of a CPE")));
        EXPECT_EQ(file.uploaded_by, domain::DeviceKey{7});
    }
    EXPECT_EQ(files_on_disk(), 2u);
}

TEST_F(FileListenerTest, AChunkedUploadIsKept)
{
    start();
    auto const answer = raw("PUT " + upload() +
                            " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 201"));
    EXPECT_EQ(kept().back().size, 5u);
}

TEST_F(FileListenerTest, WhatIsTooLargeIsRefusedAndLeavesNothing)
{
    start();
    EXPECT_THAT(raw("PUT " + upload() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nConnection: close\r\n\r\n" +
                    std::string(1001, 'x')),
                StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(raw("PUT " + upload() +
                    " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3e9\r\n" +
                    std::string(1001, 'x') + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413"));
    EXPECT_EQ(ask("PUT", upload(), {}, std::string(1000, 'x')).status, 201u);
    EXPECT_EQ(kept().size(), 1u);
    EXPECT_EQ(files_on_disk(), 1u);
}

TEST_F(FileListenerTest, AnUploadThatBreaksOffLeavesNothing)
{
    start();
    {
        asio::io_context context;
        asio::ip::tcp::socket socket{context};
        socket.connect({asio::ip::address_v4::loopback(), port()});
        asio::write(socket,
                    asio::buffer("PUT " + upload() + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"));
        socket.shutdown(asio::ip::tcp::socket::shutdown_send);
        std::string answer;
        boost::system::error_code end;
        asio::read(socket, asio::dynamic_buffer(answer), end);
    }
    EXPECT_EQ(ask("GET", "/f/").status, 404u);
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(files_on_disk(), 0u);
}

TEST_F(FileListenerTest, AnUploadThatIsSentAgainReplacesTheOneBefore)
{
    start();
    auto const path = upload();
    EXPECT_EQ(ask("PUT", path, {}, "first").status, 201u);
    EXPECT_EQ(ask("PUT", path, {}, "second try").status, 201u);
    ASSERT_EQ(kept().size(), 1u);
    EXPECT_EQ(kept()[0].size, 10u);
    EXPECT_EQ(files_on_disk(), 1u);
}

TEST_F(FileListenerTest, MoreUploadsAtOnceThanAllowedAreAskedToComeBack)
{
    limits.uploads_at_once = 0;
    start();
    auto const answer = ask("PUT", upload(), {}, "x");
    EXPECT_EQ(answer.status, 503u);
    EXPECT_TRUE(answer.headers.has("Retry-After"));
}

TEST_F(FileListenerTest, WhereALoginIsWantedDigestAndBasicAreTaken)
{
    start();
    auto const locked = [](domain::Transfer& t) { t.username = "cpe", t.password = "secret"; };
    auto const path = download("0123456789", locked);
    auto const refused = ask("GET", path);
    EXPECT_EQ(refused.status, 401u);
    EXPECT_EQ(refused.body.find("0123456789"), std::string::npos);
    EXPECT_EQ(ask("GET", path, {}, "", net::Credentials{"cpe", "secret"}, false).body, "0123456789") << "Digest";
    EXPECT_EQ(ask("GET", path, header("Authorization", "Basic " + base::to_base64("cpe:secret"))).body, "0123456789");
    EXPECT_EQ(ask("GET", path, {}, "", net::Credentials{"cpe", "wrong"}, false).status, 401u);
    EXPECT_EQ(ask("GET", path, {}, "", net::Credentials{"other", "secret"}, false).status, 401u);
    EXPECT_EQ(ask("GET", path, header("Authorization", "Basic " + base::to_base64("cpe:wrong"))).status, 401u);
    EXPECT_EQ(ask("PUT", upload(locked), {}, "body").status, 401u);
    EXPECT_EQ(ask("PUT", upload(locked), {}, "body", net::Credentials{"cpe", "secret"}, false).status, 201u);
}

TEST_F(FileListenerTest, WhileTheDatabaseIsAwayACpeIsAskedToComeBack)
{
    start();
    auto const path = download();
    on_server<bool>([this]() -> base::Awaitable<bool> { co_return store.is_away = true; });
    auto const answer = ask("GET", path);
    EXPECT_EQ(answer.status, 503u);
    EXPECT_TRUE(answer.headers.has("Retry-After"));
}

}  // namespace
